/**
 * Generated enterprises: the region of their codes is 000000, so none can belong to a real
 * company.
 */
import { GENERATED_REGION, makeUscc } from '../kernel/index.ts';
import { registerEnterprise } from '../parties/index.ts';
import type { DemoBook } from './book.ts';

const industries = ['新一代信息技术', '智能汽车', '高端装备', '节能环保', '生物医药'] as const;

const threeDigits = (n: number): string => String(n).padStart(3, '0');

interface Generated {
  readonly zoneId: string;
  /** Names the batch in the log. */
  readonly key: string;
  /** The name of number `n` of the zone. */
  readonly name: (number: string) => string;
  readonly count: number;
  /** One code, one company, in all zones: each zone counts from a number of its own. */
  readonly firstSerial: number;
  readonly registeredOn: string;
  readonly chainPosition?: (n: number) => 'core' | 'upstream' | 'downstream' | undefined;
}

/** Registers `count` enterprises; the first of the ids is that of number 1. */
export async function registerGenerated(book: DemoBook, zone: Generated): Promise<string[]> {
  const { zoneId, key, name, count, firstSerial, registeredOn, chainPosition } = zone;
  const registered = await book.doMany(
    registerEnterprise,
    key,
    Array.from({ length: count }, (_, i) => {
      const position = chainPosition?.(i + 1);
      return {
        zoneId,
        uscc: makeUscc(GENERATED_REGION, firstSerial + i),
        name: name(threeDigits(i + 1)),
        industry: industries[i % industries.length],
        generated: true,
        registeredOn,
        ...(position === undefined ? {} : { chainPosition: position }),
      };
    }),
  );
  return registered.map(({ enterpriseId }) => enterpriseId);
}
