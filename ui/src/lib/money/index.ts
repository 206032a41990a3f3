export { chainName, coinName, coinOfMethod, isOnChain, KNOWN_CHAINS, symbolOf } from './coins';
export { Money, decimalText, marksOf } from './money';
