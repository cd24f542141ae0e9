// The pure decisions of identity: lock-out, strength of passwords, conflicting roles.
import { expect } from 'chai';
import { Recent } from '../../src/identity/recent.ts';
import {
  afterFailure,
  mayEnter,
  mustChangePassword,
  refusePassword,
  refuseRole,
} from '../../src/identity/rules.ts';

const now = new Date('2026-11-22T04:00:00Z');
const minutes = (n: number) => new Date(now.getTime() + n * 60_000);

const settings = {
  failuresBeforeLock: 5,
  lockMinutes: 15,
  accessMinutes: 10,
  sessionHours: 12,
  idleMinutes: 30,
  passwordLengthMin: 10,
  passwordAgeDays: 90,
  oldPasswordsRefused: 5,
};

describe('lock-out, decided', () => {
  const rows = [
    ['the first', 0, null, 1, null],
    ['the fourth', 3, null, 4, null],
    ['the fifth locks', 4, null, 5, minutes(15)],
    ['one while locked neither counts nor extends', 5, minutes(3), 5, minutes(3)],
    ['the first after a lock', 5, minutes(-1), 1, null],
    ['one at the very end of a lock', 5, now, 1, null],
  ] as const;
  for (const [name, failedAttempts, lockedUntil, count, until] of rows) {
    it(name, () => {
      expect(afterFailure({ failedAttempts, lockedUntil }, settings, now)).to.deep.equal({
        failedAttempts: count,
        lockedUntil: until,
      });
    });
  }

  it('keeps out the locked and the disabled', () => {
    expect(mayEnter({ state: 'ACTIVE', lockedUntil: null }, now)).to.equal(true);
    expect(mayEnter({ state: 'ACTIVE', lockedUntil: minutes(-1) }, now)).to.equal(true);
    expect(mayEnter({ state: 'ACTIVE', lockedUntil: minutes(1) }, now)).to.equal(false);
    expect(mayEnter({ state: 'DISABLED', lockedUntil: null }, now)).to.equal(false);
  });
});

describe('passwords, decided', () => {
  const user = { username: 'rm.li', personName: '客户经理' };
  const rows: [string, string[]][] = [
    ['Kd7-Wm2q-Zr9t', []],
    ['长口令也可以Ab12', []],
    ['Kd7-Wm2q', ['too-short']],
    ['kdwmqzrtkdwm', ['fewer-than-three-classes']],
    ['KDWMQZRT1234', ['fewer-than-three-classes']],
    ['Rm.Li-Kd7-Wm', ['contains-name']],
    ['我是客户经理-Kd7', ['contains-name']],
    ['My-Password-7', ['guessed-first']],
    ['yuanxin', ['too-short', 'fewer-than-three-classes', 'guessed-first']],
  ];
  for (const [password, problems] of rows) {
    it(`${password}: ${problems.join(', ') || 'strong'}`, () => {
      const refusal = refusePassword(password, user, settings);
      expect(refusal?.facts['problems'] ?? []).to.deep.equal(problems);
    });
  }

  it('must be changed after a reset and after 90 days, never by demo people', () => {
    const fresh = { demo: false, mustChangePassword: false, passwordSetAt: now };
    const old = { ...fresh, passwordSetAt: minutes(-90 * 24 * 60 - 1) };
    const dated = { ...fresh, passwordSetAt: minutes(-90 * 24 * 60) };
    expect(mustChangePassword(fresh, settings, now)).to.equal(false);
    expect(mustChangePassword({ ...fresh, mustChangePassword: true }, settings, now)).to.equal(
      true,
    );
    expect(mustChangePassword(dated, settings, now)).to.equal(false);
    expect(mustChangePassword(old, settings, now)).to.equal(true);
    expect(mustChangePassword({ ...old, demo: true }, settings, now)).to.equal(false);
  });
});

describe('roles, decided', () => {
  const conflicts = [{ role: 'auditor', other: 'system-officer' }];
  const auditor = { role: 'auditor', organisationKinds: ['bank', 'operator'] as const };
  const officer = { role: 'system-officer', organisationKinds: ['operator'] as const };

  it('refuses a role where it does not belong, before any conflict', () => {
    expect(refuseRole(officer, 'bank', ['auditor'], conflicts)?.code).to.equal('role-elsewhere');
  });

  it('refuses a conflict from either side and nothing else', () => {
    expect(refuseRole(officer, 'operator', ['auditor'], conflicts)?.code).to.equal(
      'roles-conflict',
    );
    expect(refuseRole(auditor, 'operator', ['system-officer'], conflicts)?.code).to.equal(
      'roles-conflict',
    );
    expect(refuseRole(auditor, 'operator', ['security-officer'], conflicts)).to.equal(undefined);
    expect(refuseRole(auditor, 'bank', ['bank-maker'], conflicts)).to.equal(undefined);
  });
});

describe('a map that forgets', () => {
  it('drops what was used longest ago', () => {
    const map = new Recent<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.get('a');
    map.set('c', 3);
    expect([map.get('a'), map.get('b'), map.get('c')]).to.deep.equal([1, undefined, 3]);
    map.set('a', 4);
    map.delete('c');
    expect([map.get('a'), map.get('c')]).to.deep.equal([4, undefined]);
  });
});
