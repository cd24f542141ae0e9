// Every variable, every wrong value by name, and no secret in any sentence.
import path from 'node:path';
import { expect } from 'chai';
import { printable, readConfig } from '../../config/index.ts';
import { StartError } from '../../src/platform/start-error.ts';

describe('configuration', () => {
  it('needs no variable at all', () => {
    const config = readConfig({ PATH: '/bin', PORT: '' });
    expect(config).to.include({ port: 8080, host: '127.0.0.1', demo: true, role: 'all' });
    expect(config).to.include({ requireAll: false, logLevel: 'info', databaseUrl: undefined });
    expect(path.isAbsolute(config.dataFolder)).to.equal(true);
    expect(path.basename(config.dataFolder)).to.equal('.yuanxin');
    expect(path.dirname(config.dataFolder)).not.to.contain('dist');
  });

  it('takes every variable', () => {
    const config = readConfig({
      PORT: '0',
      HOST: '::1',
      DATABASE_URL: 'postgres://u:p@db/yuanxin',
      DATABASE_DIRECT_URL: 'postgresql:///yuanxin?host=/run/postgresql',
      DATABASE_READ_URL: 'postgres://u@replica:5433/yuanxin',
      REDIS_URL: 'rediss://:p@cache:6380/1',
      YUANXIN_DATA: '/srv/园信 data',
      YUANXIN_DEMO: '0',
      YUANXIN_DEMO_PASSWORD: 'demo',
      YUANXIN_SECRET: 'x'.repeat(32),
      YUANXIN_REQUIRE_ALL: '1',
      YUANXIN_LOG: 'debug',
      YUANXIN_ROLE: 'worker',
      YUANXIN_TEST_DATABASE_URL: 'of the tests',
    });
    expect(config).to.deep.equal({
      port: 0,
      host: '::1',
      databaseUrl: 'postgres://u:p@db/yuanxin',
      databaseDirectUrl: 'postgresql:///yuanxin?host=/run/postgresql',
      databaseReadUrl: 'postgres://u@replica:5433/yuanxin',
      redisUrl: 'rediss://:p@cache:6380/1',
      dataFolder: '/srv/园信 data',
      demo: false,
      demoPassword: 'demo',
      secret: 'x'.repeat(32),
      requireAll: true,
      logLevel: 'debug',
      role: 'worker',
    });
    expect(Object.isFrozen(config)).to.equal(true);
  });

  const wrong: readonly [name: string, value: string][] = [
    ['PORT', '65536'],
    ['PORT', '80.5'],
    ['PORT', '-1'],
    ['PORT', '0x50'],
    ['HOST', 'a b'],
    ['DATABASE_URL', 'mysql://u:hush@db/x'],
    ['DATABASE_URL', 'postgres://u:hush@db'],
    ['DATABASE_URL', 'postgres://u:hush@db/'],
    ['DATABASE_URL', 'db:5432:hush'],
    ['REDIS_URL', 'http://hush'],
    ['YUANXIN_DEMO', 'true'],
    ['YUANXIN_SECRET', 'hush'],
    ['YUANXIN_REQUIRE_ALL', 'yes'],
    ['YUANXIN_LOG', 'loud'],
    ['YUANXIN_ROLE', 'boss'],
    ['YUANXIN_DMEO', '0'],
  ];
  for (const [name, value] of wrong) {
    it(`refuses ${name}=${value} by name, in two languages, without repeating it`, () => {
      const problem = problemOf({ [name]: value });
      expect(problem.zh).to.contain(name).and.match(/。$/);
      expect(problem.en).to.contain(name).and.match(/\.$/);
      expect(problem.message).not.to.contain('hush');
    });
  }

  it('names every problem at once', () => {
    const all = Object.fromEntries(wrong);
    const { message } = problemOf(all);
    for (const name of Object.keys(all)) expect(message).to.contain(name);
  });

  it('refuses a direct or a read address without the address itself', () => {
    const { en } = problemOf({ DATABASE_READ_URL: 'postgres://replica/x' });
    expect(en).to.equal('Wrong configuration: DATABASE_READ_URL needs DATABASE_URL.');
  });

  it('prints without a secret', () => {
    const config = readConfig({
      DATABASE_URL: 'postgres://u:hush@db/yuanxin?sslpassword=hush2&sslmode=require',
      REDIS_URL: 'redis://:hush3@cache',
      YUANXIN_DEMO_PASSWORD: 'hush4',
      YUANXIN_SECRET: 'hush5'.repeat(7),
    });
    const text = JSON.stringify(printable(config));
    expect(text).not.to.contain('hush');
    expect(printable(config)).to.include({
      databaseUrl: 'postgres://u:***@db/yuanxin?sslpassword=***&sslmode=require',
      redisUrl: 'redis://:***@cache',
      databaseReadUrl: null,
      secret: '***',
      port: 8080,
    });
    expect(Object.keys(printable(config))).to.have.members(Object.keys(config));
  });
});

function problemOf(environment: Record<string, string>): StartError {
  try {
    readConfig(environment);
  } catch (problem) {
    if (problem instanceof StartError) return problem;
    throw problem;
  }
  throw new Error('The configuration was accepted.');
}
