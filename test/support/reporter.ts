/** The usual report, closed by one plain line that any machine can read. */
import mochaPkg from 'mocha';

export default class ClosingLine extends mochaPkg.reporters.Spec {
  override epilogue(): void {
    super.epilogue();
    const { passes = 0, failures = 0 } = this.stats;
    process.stdout.write(`${passes} passed, ${failures} failed\n`);
  }
}
