/**
 * A list that is read page by page. The newest question wins: an answer to an older one is dropped, so that stale rows
 * are never shown. A list that could not be read keeps what it had, and says why.
 */
import { faultOf, type Fault } from '$lib/backend';

/** What the core answers to a question for a page. */
export interface Page<Row> {
  rows: Row[];
  /** More follow the last one. */
  more: boolean;
}

export abstract class Pages<Row, Answer extends Page<Row> = Page<Row>> {
  rows = $state.raw<Row[]>([]);
  more = $state(false);
  /** It was read, or could not be. */
  loaded = $state(false);
  fault = $state.raw<Fault | null>(null);
  private question = 0;

  /** Asks for the page after a row, or for the first one. */
  protected abstract ask(after: Row | undefined): Promise<Answer>;

  /** Reads again as many as are shown, at least one page. */
  read(): Promise<void> {
    return this.answer(async () => {
      const page = await this.shown();
      return () => this.take(page);
    });
  }

  /** Reads the page after the last row. */
  readMore(): Promise<void> {
    return this.answer(async () => {
      const page = await this.ask(this.rows.at(-1));
      return () => this.take({ ...page, rows: [...this.rows, ...page.rows] });
    });
  }

  /** As many rows as are wanted, as one page. */
  protected async shown(wanted = this.rows.length): Promise<Answer> {
    let page = await this.ask(undefined);
    while (page.more && page.rows.length < wanted) {
      const next = await this.ask(page.rows.at(-1));
      page = { ...next, rows: [...page.rows, ...next.rows] };
    }
    return page;
  }

  /** Takes what a question brings, unless a newer one was asked meanwhile. */
  protected async answer(ask: () => Promise<() => void>): Promise<void> {
    const question = ++this.question;
    try {
      const take = await ask();
      if (question !== this.question) return;
      take();
      this.fault = null;
    } catch (thrown) {
      if (question !== this.question) return;
      this.fault = faultOf(thrown);
    }
    this.loaded = true;
  }

  /** Shows a page. A list that is told more than its rows takes that here. */
  protected take({ rows, more }: Answer): void {
    [this.rows, this.more] = [rows, more];
  }
}
