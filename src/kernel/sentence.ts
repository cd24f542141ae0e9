// A sentence in both languages as one text: where a message is one text, as a schema's is, the
// English travels with the Chinese and is parted from it when an answer is made.
declare const brand: unique symbol;
export type Sentence = string & { readonly [brand]: 'Sentence' };

const between = '\n';

export const sentence = (zh: string, en: string): Sentence => (zh + between + en) as Sentence;

/** What is wrong with one part of an input; `path` with dots, empty for the whole. */
export interface InputFault {
  readonly path: string;
  readonly message: Sentence;
}

/** As answers say it. */
export interface InputProblem {
  readonly path: string;
  readonly message: string;
  readonly messageEn: string;
}

export function problemOfFault({ path, message }: InputFault): InputProblem {
  const [zh = '', en = ''] = message.split(between);
  return { path, message: zh, messageEn: en };
}
