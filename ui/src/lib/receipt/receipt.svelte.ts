/**
 * A receipt on the screen. Looking at it changes nothing; printing is recorded first, and what comes back (the
 * original, or a numbered copy) is what goes to the printer.
 */
import { faultOf, type Backend, type Fault, type ReceiptDto } from '$lib/backend';

export class Receipt {
  receipt = $state.raw<ReceiptDto | null>(null);
  fault = $state.raw<Fault | null>(null);
  busy = $state(false);

  constructor(private readonly backend: Backend) {}

  async look(invoice: string): Promise<void> {
    try {
      this.receipt = await this.backend.call('receipt', { invoice, print: false });
      this.fault = null;
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
  }

  /** Records the print. True when the page may now be printed; a double press prints once. */
  async recordPrint(invoice: string): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    try {
      this.receipt = await this.backend.call('receipt', { invoice, print: true });
      this.fault = null;
      return true;
    } catch (thrown) {
      this.fault = faultOf(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
