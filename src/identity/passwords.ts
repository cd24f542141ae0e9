/**
 * Passwords: argon2id (19 MiB, 2 passes, 1 lane; OWASP's first choice) over the NFKC form, so that
 * a full-width keyboard types the same password. About 40 ms each, on a thread of its own.
 */
import { randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { strengthProblems } from './rules.ts';

const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The hash of a password that nobody knows: what a sign-in of an unknown user is compared with. */
export const nobodysHash =
  '$argon2id$v=19$m=19456,t=2,p=1$5xiaPZwiloUjn3TuvjSDcw' +
  '$i/rMbIsyWj4X2sVBi43GxD1kVnNv7ns3lAa7iJ3INlg';

export const hashPassword = (password: string): Promise<string> =>
  hash(password.normalize('NFKC'), cost);

export const passwordMatches = (password: string, passwordHash: string): Promise<boolean> =>
  verify(passwordHash, password.normalize('NFKC'));

// No letter or digit that is easily read as another.
const legible = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** A password to be told once and changed at the first sign-in: 16 legible characters, 92 bits. */
export function oneTimePassword(): string {
  for (;;) {
    const letters = Array.from({ length: 16 }, () => legible[randomInt(legible.length)]);
    const password = letters.join('').replaceAll(/(.{4})(?!$)/g, '$1-');
    if (strengthProblems(password, letters.length).length === 0) return password;
  }
}
