/**
 * The page's own modules, as the browser loads them. They are plain JavaScript outside the build,
 * so their shapes are told here, where tests use them.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';

interface Unit {
  readonly name: string;
  readonly shift: number;
  readonly places: number;
}

export interface Amounts {
  readonly units: Readonly<Record<'yuan' | 'wan' | 'yi', Unit>>;
  readonly missing: string;
  amountText(text: string | null | undefined, unit: Unit): string;
  fullText(text: string): string;
  countText(text: string): string;
  ratioText(text: string | null, places?: number): string;
  percentText(text: string | null, places?: number): string;
  isNegative(text: string | null): boolean;
  isZero(text: string | null): boolean;
  sum(texts: readonly string[]): string;
  totalOf(
    texts: readonly string[],
    unit: Unit,
  ): { readonly exact: string; readonly shown: string; readonly differs: boolean };
}

export async function loadAmounts(): Promise<Amounts> {
  const file = path.resolve('src/web/amounts.js');
  return (await import(pathToFileURL(file).href)) as Amounts;
}

/** The words of the screen for a code of the API; a code without one comes back as it is. */
export async function loadWords(): Promise<{
  readonly word: (kind: string, code: string) => string;
  readonly eventWords: Readonly<Record<string, string>>;
}> {
  const load = async (file: string): Promise<object> =>
    (await import(pathToFileURL(path.resolve(file)).href)) as object;
  const [words, events] = [await load('src/web/words.js'), await load('src/web/event-words.js')];
  return { ...words, ...events } as Awaited<ReturnType<typeof loadWords>>;
}
