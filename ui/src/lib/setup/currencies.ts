/** The currencies a shop can keep its books in: ISO 4217's with a minor unit, without funds and withdrawn ones. */
const CODES =
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP ' +
  'CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR ' +
  'IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU ' +
  'MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG ' +
  'SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VND VUV WST ' +
  'XAF XCD XCG XOF XPF YER ZAR ZMW ZWG';

/** The ones most shops look for stand first while nothing is searched. */
const USUAL = ['EUR', 'USD', 'GBP', 'CHF', 'JPY', 'CAD', 'AUD', 'SEK'];

export interface NamedCurrency {
  code: string;
  name: string;
}

/** Every currency with its name in `language`, the usual ones first, then by name. */
export function currenciesIn(language: string): NamedCurrency[] {
  const names = new Intl.DisplayNames([language], { type: 'currency' });
  const all = CODES.split(' ').map((code) => ({ code, name: names.of(code) ?? code }));
  const rank = ({ code }: NamedCurrency) => (USUAL.includes(code) ? USUAL.indexOf(code) : USUAL.length);
  return all.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, language));
}

/** Those whose code begins with the text or whose name contains it, whatever the case; codes first. */
export function findCurrencies(all: NamedCurrency[], text: string): NamedCurrency[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return all;
  const byCode = all.filter(({ code }) => code.toLowerCase().startsWith(wanted));
  const byName = all.filter((one) => !byCode.includes(one) && one.name.toLowerCase().includes(wanted));
  return [...byCode, ...byName];
}
