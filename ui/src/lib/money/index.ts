export { Money, decimalText, marksOf } from './money';
