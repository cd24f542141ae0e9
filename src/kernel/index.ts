// Rung 0: values every module speaks in. The web client imports `kernel/money.ts` alone.
export * from './canonical.ts';
export * from './day.ts';
export * from './failure.ts';
export * from './id.ts';
export * from './money.ts';
export * from './rate.ts';
