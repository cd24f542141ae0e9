// Rung 0: the values every module speaks in. The web client imports `kernel/money.ts` alone.
export * from './amount-in-words.ts';
export * from './calendar.ts';
export * from './canonical.ts';
export * from './day-texts.ts';
export * from './day.ts';
export * from './failure.ts';
export * from './grouped.ts';
export * from './id.ts';
export * from './identifiers/cnaps.ts';
export * from './identifiers/normal-form.ts';
export * from './identifiers/uscc.ts';
export * from './money.ts';
export * from './rate.ts';
export * from './sentence.ts';
