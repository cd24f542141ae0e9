/** The usual report, closed by one plain line that any machine can read. */
import mochaPkg from 'mocha';

export default class ClosingLine extends mochaPkg.reporters.Spec {
  override epilogue(): void {
    super.epilogue();
    const { passes, failures } = this.stats;
    process.stdout.write(`${passes} passed, ${failures} failed\n`);
  }
}
