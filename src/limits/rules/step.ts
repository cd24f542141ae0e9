/** What may be asked of a tree of limits: one step, decided and applied by the engine. */
import type { Day, Money } from '../../kernel/index.ts';
import type { Allowance } from './allowance.ts';
import type { PastDay } from './past-days.ts';

export type Step =
  | {
      readonly kind: 'reserve';
      readonly nodeId: string;
      readonly amount: Money;
      readonly valueOn: Day;
      readonly reservationId: string;
      readonly expiresAt: Date;
      readonly tenorDays?: number | undefined;
    }
  | {
      readonly kind: 'draw';
      readonly nodeId: string;
      readonly amount: Money;
      readonly valueOn: Day;
      readonly of?: string | undefined;
      /** Take what exceeds the reservation from the headroom instead of refusing. */
      readonly spill?: boolean | undefined;
      readonly tenorDays?: number | undefined;
      /** Approved exceptions that this draw may use. */
      readonly allowances?: readonly Allowance[] | undefined;
      /** What is there today decides, whatever the value day. */
      readonly judgedToday?: true;
      /** The days since its value day, where today does not speak for them. */
      readonly past?: readonly PastDay[] | undefined;
    }
  | {
      readonly kind: 'repay';
      readonly nodeId: string;
      readonly amount: Money;
      readonly valueOn: Day;
      /** Of what is repaid, so that the same bucket is freed. */
      readonly tenorDays?: number | undefined;
    }
  | {
      /** A repayment is taken back: what it gave back is consumed again, where there is room. */
      readonly kind: 'unpay';
      readonly nodeId: string;
      readonly amount: Money;
      readonly valueOn: Day;
      readonly tenorDays?: number | undefined;
      /** The repayments, by the sources that they were journalled with. */
      readonly repaid: readonly string[];
      /** What they gave back on nodes that revolve within the day, as the journal has it. */
      readonly restored?: ReadonlyMap<string, Money> | undefined;
    }
  | {
      readonly kind: 'release' | 'expire';
      readonly of: string;
      /** Part of the reservation; all of it when absent. */
      readonly amount?: Money | undefined;
      readonly valueOn: Day;
    }
  | {
      readonly kind: 'reverse';
      readonly nodeId: string;
      readonly amount: Money;
      readonly valueOn: Day;
      readonly of?: string | undefined;
      /** Put the reservation that the draw used back in place. */
      readonly restore?: boolean | undefined;
      readonly tenorDays?: number | undefined;
    };
