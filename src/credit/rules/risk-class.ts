/**
 * The five risk classes 五级分类, best first. The order of the list is the order of "worse", so that
 * "the worst of all triggers" is one fold and needs no table.
 */
export const riskClasses = [
  'NORMAL',
  'SPECIAL_MENTION',
  'SUBSTANDARD',
  'DOUBTFUL',
  'LOSS',
] as const;
export type RiskClass = (typeof riskClasses)[number];

export const riskClassTitles: Readonly<Record<RiskClass, { zh: string; en: string }>> = {
  NORMAL: { zh: '正常', en: 'Normal' },
  SPECIAL_MENTION: { zh: '关注', en: 'Special mention' },
  SUBSTANDARD: { zh: '次级', en: 'Substandard' },
  DOUBTFUL: { zh: '可疑', en: 'Doubtful' },
  LOSS: { zh: '损失', en: 'Loss' },
};

const severity = (one: RiskClass): number => riskClasses.indexOf(one);

/** Negative when `a` is the better class. */
export const compareClasses = (a: RiskClass, b: RiskClass): number => severity(a) - severity(b);

export const worstOf = (classes: readonly RiskClass[]): RiskClass =>
  classes.reduce((worst, one) => (compareClasses(one, worst) > 0 ? one : worst), 'NORMAL');

/** 不良: substandard, doubtful and loss. */
export const isNonPerforming = (one: RiskClass): boolean => compareClasses(one, 'SUBSTANDARD') >= 0;
