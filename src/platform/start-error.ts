// Why the program does not start: one clear sentence in Chinese and in English, no stack needed.
// It is no business refusal; an entry point prints `message` and exits with 1.

export class StartError extends Error {
  override readonly name = 'StartError';
  readonly zh: string;
  readonly en: string;

  constructor(zh: string, en: string, options?: ErrorOptions) {
    super(`${zh} ${en}`, options);
    this.zh = zh;
    this.en = en;
  }
}
