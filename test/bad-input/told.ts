// Whether a problem tells what is wrong with an input in both languages, part by part.

interface Told {
  readonly message?: unknown;
  readonly messageEn?: unknown;
}

const isTold = ({ message, messageEn }: Told): boolean =>
  /\p{Script=Han}/u.test(String(message)) && /^[^\p{Script=Han}]*[a-z]/u.test(String(messageEn));

/** True as well of a problem that has no parts. */
export function isToldInBoth(problem: unknown): boolean {
  const { problems = [] } = problem as { readonly problems?: readonly Told[] };
  return problems.every(isTold);
}
