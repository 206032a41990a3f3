// Shapes that cross between the core and the screens, as the core's dto modules declare them.

export type Commands = {
  status: { request: Nothing; reply: StatusDto };
  amount_read: { request: AmountReadRequest; reply: MoneyDto };
  cart_totals: { request: CartTotalsRequest; reply: CartTotalsDto };
  sale_open: { request: SaleOpenRequest; reply: SaleDto };
  sale_get: { request: SaleRequest; reply: SaleDto };
  tenders: { request: SaleRequest; reply: TenderDto[] };
  cash_take: { request: CashTakeRequest; reply: SaleDto };
  payment_start: { request: PaymentStartRequest; reply: SaleDto };
  payment_cancel: { request: PaymentRequest; reply: SaleDto };
  sale_cancel: { request: SaleCancelRequest; reply: SaleDto };
  sale_void: { request: SaleVoidRequest; reply: SaleDto };
  sales_list: { request: SalesListRequest; reply: SalesListReply };
  sale_timeline: { request: SaleRequest; reply: TimelineItemDto[] };
  receipt: { request: ReceiptRequest; reply: ReceiptDto };
  ledger_accounts: { request: Nothing; reply: AccountDto[] };
  ledger_entries: { request: EntriesRequest; reply: EntriesReply };
  ledger_verify: { request: Nothing; reply: VerifyReply };
  strays: { request: Nothing; reply: StrayDto[] };
  stray_assign: { request: StrayAssignRequest; reply: StrayDto };
  stray_credit: { request: StrayCreditRequest; reply: StrayDto };
  settings_get: { request: Nothing; reply: SettingsDto };
  settings_set: { request: SettingsDto; reply: SettingsDto };
  setup_finish: { request: SetupFinishRequest; reply: StatusDto };
  mode_switch: { request: ModeSwitchRequest; reply: StatusDto };
  wallet_create: { request: WalletCreateRequest; reply: NewWalletWords };
  wallet_prove: { request: WalletProveRequest; reply: SettingsDto };
  wallet_import: { request: WalletImportRequest; reply: SettingsDto };
  wallet_watch: { request: WalletWatchRequest; reply: SettingsDto };
  alert_acknowledge: { request: AlertRequest; reply: StatusDto };
  practice_act: { request: PracticeActRequest; reply: SaleDto };
};

export type Nothing = Record<string, never>;

export type MoneyDto = { minor: string; currency: string; scale: number };

export type RateDto = {
  price: string;
  base: string;
  quote: string;
  applied: string;
  spread_percent: string;
  source: string;
  as_of: string;
};

export type QrDto = { size: number; path: string };

export type ErrorCode =
  | 'bad_request'
  | 'bad_amount'
  | 'not_found'
  | 'not_now'
  | 'rail_unavailable'
  | 'no_rate'
  | 'unknown'
  | 'storage'
  | 'keyring'
  | 'forbidden'
  | 'closing'
  | 'internal';

export type AppError = { code: ErrorCode; detail: string };

export type ChangeDto = { topic: TopicDto; id: string; version: number };

export type TopicDto = 'sale' | 'stray' | 'settings' | 'status' | 'everything';

export type AccountDto = { number: number; name: string; kind: string; balances: MoneyDto[] };

export type EntriesRequest = {
  account: string | null;
  currency: string | null;
  invoice: string | null;
  before: number;
  limit: number;
};

export type EntryDto = {
  entry: number;
  event: number;
  at: string;
  kind: string;
  subject: string;
  sale_number: number | null;
  reverses: number | null;
  rate: string;
  postings: PostingDto[];
};

export type PostingDto = { account: string; amount: MoneyDto };

export type EntriesReply = { rows: EntryDto[]; more: boolean };

export type VerifyReply = { ok: boolean; events: number; entries: number; head: string; finding: string };

export type ReceiptDto = { number: number; invoice: string; copy: number; text: string };

export type ReceiptRequest = { invoice: string; print: boolean };

export type CartLineDto = {
  description: string;
  quantity: number;
  unit_price: MoneyDto;
  tax_percent: string;
  note: string;
};

export type CartTotalsDto = {
  lines: MoneyDto[];
  net: MoneyDto;
  taxes: TaxDto[];
  total: MoneyDto;
  tax_included: boolean;
};

export type TaxDto = { percent: string; net: MoneyDto; tax: MoneyDto };

export type CartTotalsRequest = { lines: CartLineDto[] };

export type AmountReadRequest = { text: string };

export type SaleOpenRequest = { invoice: string; lines: CartLineDto[]; note: string };

export type SaleRequest = { invoice: string };

export type CashTakeRequest = { invoice: string; payment: string; tendered: MoneyDto };

export type PaymentStartRequest = { invoice: string; payment: string; method: string };

export type PaymentRequest = { invoice: string; payment: string };

export type SaleCancelRequest = { invoice: string; although_seen: boolean };

export type SaleVoidRequest = { invoice: string; reason: string };

export type StateDto =
  | 'preparing'
  | 'waiting'
  | 'detected'
  | 'confirming'
  | 'paid'
  | 'partial'
  | 'overpaid'
  | 'late'
  | 'expired'
  | 'cancelled'
  | 'declined'
  | 'failed'
  | 'unknown'
  | 'reversed'
  | 'voided';

export type HandOverDto = 'yes' | 'not_yet' | 'no';

export type SaleDto = {
  invoice: string;
  version: number;
  number: number;
  opened_at: string;
  note: string;
  lines: CartLineDto[];
  totals: CartTotalsDto;
  state: StateDto;
  late: boolean;
  over: boolean;
  safe: boolean;
  final: boolean;
  hand_over: HandOverDto;
  due: MoneyDto;
  received: MoneyDto;
  pending: MoneyDto;
  remaining: MoneyDto;
  excess: MoneyDto;
  payments: PaymentDto[];
  receipt_number: number | null;
  may: MayDto;
};

export type MayDto = {
  pay: boolean;
  cancel: boolean;
  cancel_although_seen: boolean;
  void: boolean;
  receipt: boolean;
};

export type PaymentDto = {
  payment: string;
  method: string;
  started_at: string;
  state: StateDto;
  confirmations: number;
  confirmations_safe: number;
  confirmations_final: number;
  amount: MoneyDto;
  received: MoneyDto;
  cancelled: boolean;
  problem: string;
  cash: CashDto | null;
  code: CodeDto | null;
  transfers: TransferDto[];
};

export type CashDto = { to_pay: MoneyDto; tendered: MoneyDto; change: MoneyDto; rounding: MoneyDto };

export type CodeDto = {
  address: string;
  uri: string;
  qr: QrDto;
  quoted: MoneyDto;
  remaining: MoneyDto;
  rate: RateDto;
  life_ms: number;
  remaining_ms: number;
  match_code: string;
  policy_up_to: MoneyDto | null;
  needs_second_server: boolean;
};

export type TransferDto = {
  reference: string;
  amount: MoneyDto;
  status: TransferStatusDto;
  confirmations: number;
  block_height: number | null;
  seen_at: string;
  safe: boolean;
  final: boolean;
  late: boolean;
};

export type TransferStatusDto = 'unconfirmed' | 'confirmed' | 'withdrawn';

export type TenderDto = {
  method: string;
  available: boolean;
  reason: TenderReasonDto | null;
  detail: string;
  you_get: MoneyDto;
  coin: MoneyDto | null;
  confirmations_safe: number;
};

export type TenderReasonDto = 'not_set_up' | 'switched_off' | 'no_rate' | 'no_server' | 'amount_out_of_range';

export type SalesListRequest = { search: string; states: StateDto[]; after: string; limit: number };

export type SaleRowDto = {
  invoice: string;
  number: number;
  opened_at: string;
  state: StateDto;
  late: boolean;
  over: boolean;
  due: MoneyDto;
  methods: string[];
  label: string;
  receipt_number: number | null;
};

export type SalesListReply = { rows: SaleRowDto[]; more: boolean; counts: StateCountDto[] };

export type StateCountDto = { state: StateDto; count: number };

export type TimelineItemDto = {
  event: number;
  at: string;
  kind: string;
  facts: FactDto[];
  source: string;
  hash: string;
  entries: number[];
};

export type FactDto = { name: string; value: string };

export type PracticeActRequest = { invoice: string; payment: string; act: PracticeActDto };

export type PracticeActDto =
  | 'pay_exact'
  | 'pay_short'
  | 'pay_over'
  | 'pay_late'
  | 'double_spend'
  | 'mine_block'
  | 'reorganise';

export type SettingsDto = {
  shop: ShopDto;
  tax: TaxSettingsDto;
  cash: CashSettingsDto;
  rates: RatesDto;
  policy: PolicyDto[];
  bitcoin: BitcoinDto;
};

export type ShopDto = {
  name: string;
  currency: string;
  language: string;
  receipt_header: string;
  receipt_footer: string;
  quote_minutes: number;
  tolerance_percent: string;
};

export type TaxSettingsDto = { included: boolean; rates: string[] };

export type CashSettingsDto = { enabled: boolean; smallest_coin: string; notes: string[] };

export type RatesDto = { fixed: FixedRateDto[]; spread_percent: string };

export type FixedRateDto = { pair: string; price: string };

export type PolicyDto = { rail: string; up_to: string | null; safe: number; final: number };

export type BitcoinDto = { enabled: boolean; network: string; account: string; servers: string[] };

export type SetupFinishRequest = { shop_name: string; currency: string; language: string };

export type WalletCreateRequest = { words: number };

export type NewWalletWords = { words: string[]; ask: number[] };

export type WalletProveRequest = { answers: string[] };

export type WalletImportRequest = { words: string };

export type WalletWatchRequest = { account: string };

export type ModeSwitchRequest = { mode: string };

export type StatusDto = {
  mode: string;
  version: string;
  first_run: boolean;
  surface: string;
  shop_name: string;
  language: string;
  currency: string;
  scale: number;
  next_sale_number: number;
  now: string;
  data_dir: string;
  log_dir: string;
  bitcoin: BitcoinStatusDto;
  ledger: LedgerStatusDto;
  keyring: KeyringDto;
  strays_open: number;
  alerts: AlertDto[];
};

export type BitcoinStatusDto = {
  enabled: boolean;
  set_up: boolean;
  simulated: boolean;
  network: string;
  tip_height: number | null;
  tip_age_s: number | null;
  servers: ServerDto[];
  has_rate: boolean;
  has_key: boolean;
};

export type ServerDto = { address: string; up: boolean; problem: string };

export type LedgerStatusDto = { ok: boolean; problem: string; events: number; head: string };

export type KeyringDto = 'available' | 'locked' | 'absent' | 'not_needed';

export type AlertDto = {
  alert: number;
  at: string;
  kind: string;
  subject: string;
  sale_number: number | null;
  detail: string;
};

export type AlertRequest = { alert: number };

export type StrayReasonDto = 'already_paid' | 'sale_cancelled' | 'sale_voided' | 'unknown_address' | 'unbookable';

export type StrayStateDto = 'open' | 'assigned' | 'credited' | 'withdrawn';

export type StrayDto = {
  stray: string;
  rail: string;
  address: string;
  transfer: TransferDto;
  worth: MoneyDto | null;
  reason: StrayReasonDto;
  state: StrayStateDto;
  shown_by: string | null;
  shown_by_number: number | null;
  assigned_to: string | null;
  credited_to: string | null;
  timeline: TimelineItemDto[];
};

export type StrayAssignRequest = { stray: string; invoice: string; payment: string };

export type StrayCreditRequest = { stray: string; customer: string };
