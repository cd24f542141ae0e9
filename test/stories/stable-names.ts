// Ids, hashes, instants and days counted from today differ on every run; the story prints a name in
// their place, so that the committed file changes only when the product does.

/** `line_01KAJ…`: see src/kernel/id.ts. */
const idPattern = /\b([a-z][a-z-]*)_[0-7][0-9A-HJKMNP-TV-Z]{25}\b/g;
const hashPattern = /\b[0-9a-f]{64}\b/g;
/** Of the key that seals the log: new with every data folder. */
const keyPattern = /"[0-9a-f]{16}"/g;
const instantPattern = /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)/g;
/** Members whose value hangs on the moment, with what is printed instead. */
const momentary: Readonly<Record<string, string>> = {
  traceId: '<追踪号 trace id>',
  decisionDueOn: '<三十日后 thirty days from today>',
  today: '<今天 today>',
};
const momentaryPattern = new RegExp(`"(${Object.keys(momentary).join('|')})": "[^"]*"`, 'g');

export class StableNames {
  readonly #names = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  /** From now on the id is printed as this name. */
  call(id: string, name: string): void {
    this.#names.set(id, name);
  }

  /** The text with everything that changes replaced by what does not. */
  text(text: string): string {
    return text
      .replace(momentaryPattern, (_, member: string) => `"${member}": "${momentary[member]}"`)
      .replace(instantPattern, '<时刻 instant>')
      .replace(keyPattern, (key) => `"${this.#named(key, 'key')}"`)
      .replace(hashPattern, (hash) => this.#named(hash, 'sha256'))
      .replace(idPattern, (id, prefix: string) => this.#named(id, prefix));
  }

  #named(id: string, prefix: string): string {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    const count = (this.#counts.get(prefix) ?? 0) + 1;
    this.#counts.set(prefix, count);
    const name = `${prefix}_${count}`;
    this.#names.set(id, name);
    return name;
  }
}
