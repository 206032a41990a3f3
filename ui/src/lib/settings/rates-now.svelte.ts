/** What coins are worth now and how the sources are doing, beside the form: read again when something changes. */
import { faultOf, type Backend, type Fault, type RatesNowDto } from '$lib/backend';

export class RatesNow {
  now = $state.raw<RatesNowDto | null>(null);
  fault = $state.raw<Fault | null>(null);

  constructor(private readonly backend: Backend) {}

  /** Reads until the function it gives is called. */
  follow(): () => void {
    void this.read();
    return this.backend.onChange(({ topic }) => {
      if (topic === 'status' || topic === 'settings' || topic === 'everything') void this.read();
    });
  }

  private async read(): Promise<void> {
    try {
      this.now = await this.backend.call('rates_now', {});
      this.fault = null;
    } catch (thrown) {
      this.fault = faultOf(thrown);
    }
  }
}

/** The list with `name` in it or without it; the order of the others stays. */
export function listing(names: string[], name: string, isListed: boolean): string[] {
  const others = names.filter((other) => other !== name);
  return isListed ? [...others, name] : others;
}
