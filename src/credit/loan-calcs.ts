/** The trial calculations of loans. */
import { loanScheduleCalc } from './loan-schedule-calc.ts';

export const loanCalcs = [loanScheduleCalc];
