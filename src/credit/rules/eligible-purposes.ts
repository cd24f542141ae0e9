/**
 * Eligible purposes of an agreement and of a segment (约定用途). An empty list allows everything;
 * a segment may only narrow what its agreement allows, so both lists are asked.
 */
import { Failure } from '../../kernel/index.ts';
import { agreementRefusals as no } from '../agreement-refusals.ts';

/** @param lists of the agreement and of the segment. */
export function refusePurpose(
  purpose: string,
  lists: readonly (readonly string[])[],
): Failure | undefined {
  const binding = lists.filter((list) => list.length > 0);
  if (binding.every((list) => list.includes(purpose))) return undefined;
  const eligible = binding.reduce((a, b) => a.filter((one) => b.includes(one)));
  return new Failure(no['purpose-not-eligible'], { purpose, eligible });
}
