/** Things the owner must know, until somebody says they do. The status of the till brings them, newest first. */
import type { AlertDto, Backend, StatusDto } from '$lib/backend';

export class Alerts {
  /** Alerts somebody has pressed "I know" for. */
  private told: readonly number[] = [];

  constructor(private readonly backend: Backend) {}

  /** The one to show: the oldest is dealt with first, so that none is buried. */
  first(alerts: AlertDto[]): AlertDto | null {
    return alerts.at(-1) ?? null;
  }

  /** Says that somebody knows. Gives the till's new status; null for a press that was made before. Throws a `Fault`. */
  async acknowledge(alert: number): Promise<StatusDto | null> {
    if (this.told.includes(alert)) return null;
    this.told = [...this.told, alert];
    try {
      return await this.backend.call('alert_acknowledge', { alert });
    } catch (thrown) {
      this.told = this.told.filter((other) => other !== alert);
      throw thrown;
    }
  }
}
