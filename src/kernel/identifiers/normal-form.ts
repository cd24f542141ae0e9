// How a typed or pasted code is read before it is judged: full width to half width, no blanks,
// upper case. Nothing else is put right: a letter O is never taken for a zero, because the code
// may be wrong.

/** Characters are compared one by one afterwards, so only ASCII letters change case. */
export function normalForm(code: string): string {
  return code
    .replace(/[\s\u200B\u2060]/g, '')
    .replace(/[\uFF01-\uFF5E]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/[a-z]/g, (letter) => letter.toUpperCase());
}

/** Why a code is not valid; the first that applies, in this order. */
export type CodeClass = 'LENGTH' | 'ILLEGAL_CHAR' | 'INNER_CHECK' | 'OUTER_CHECK';

export interface CodeCheck {
  readonly valid: boolean;
  /** Null when the code is valid. */
  readonly class: CodeClass | null;
  readonly normalised: string;
  /** Doubts that do not make the code invalid. */
  readonly warnings: string[];
  /** The character that should stand where a check failed. */
  readonly expectedCheck?: string;
}
