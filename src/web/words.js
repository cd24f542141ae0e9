/** The words of the screen for the codes of the API. A code without a word is shown as it is. */
import { eventWords } from './event-words.js';

const words = {
  measure: {
    intent: '意向额度',
    approved_limit: '授信额度',
    drawn_cumulative: '累计投放',
    outstanding: '余额',
    leverage: '撬动规模',
    pipeline: '签约与计划',
    count: '数量',
    fund_size: '基金规模',
    invested: '投资额',
  },
  sense: { AT_LEAST: '意向下限', AT_MOST: '协议上限' },
  lineState: { ACTIVE: '正常', FROZEN: '冻结', CLOSED: '已结清' },
  poolState: { OPEN: '运行', CLOSED: '关闭' },
  fundKind: { MOTHER: '母基金', SUB: '子基金', PILOT: '中试基金' },
  fundState: {
    PLANNED: '筹建',
    ESTABLISHED: '已设立',
    FILED: '已备案',
    INVESTING: '投资期',
    EXITING: '退出期',
    EXTENDED: '延长期',
    LIQUIDATING: '清算',
    CLOSED: '终止',
  },
  source: {
    central: '中央财政',
    province: '省级财政',
    city: '市级财政',
    district: '区级财政',
    'guidance-fund': '引导基金',
    soe: '国有企业',
    bank: '银行',
    private: '社会资本',
  },
  claimState: {
    CLAIM_FILED: '已申请',
    UNDER_REVIEW: '待复核',
    APPROVED: '已批准',
    REJECTED: '已驳回',
    SUSPENDED_FUSE: '熔断暂缓',
    PAID: '已拨付',
  },
  claimCap: {
    'ratio-cap': '补偿比例上限',
    'loan-share': '单笔分担上限',
    'firm-year': '单户年度上限',
    'bank-year': '单行年度上限',
    'pool-balance': '资金池余额',
    'pool-year': '资金池年度上限',
  },
  fuseMetric: {
    'loss-to-entered': '当年损失 ÷ 当年入池本金',
    'npl-ratio': '不良本金 ÷ 入池贷款余额',
  },
  fuseAction: { WARN: '预警', SUSPEND_CLAIMS: '暂缓补偿' },
  leverage: {
    'L1-committed': '母子基金放大倍数（认缴）',
    'L1-paid-in': '母子基金放大倍数（实缴）',
    pool: '资金池放大倍数',
    reported: '报道口径放大倍数',
    financed: '核心企业融资敞口',
  },
  level: {
    L0: 'L0 母基金 ÷ 财政出资',
    L1: 'L1 子基金规模 ÷ 母基金出资',
    pool: '入池贷款 ÷ 资金池余额',
    intent: '意向额度',
    approved_limit: '授信额度',
    leverage: '撬动规模',
    fund_size: '基金规模',
  },
  basis: {
    committed: '认缴',
    'paid-in': '实缴',
    invested: '已投',
    outstanding: '余额',
    financed: '已融资',
    announced: '公布',
  },
  numerator: { all: '全部出资', 'non-government': '非政府出资', private: '社会资本' },
  inputLabel: { undue: '未到期', overdue: '逾期', limit: '核心企业额度' },
  demandState: { OPEN: '待认领', CLAIMED: '已认领' },
  applicationState: {
    APPLIED: '已申请',
    DUE_DILIGENCE: '尽调完成',
    APPROVED: '已批复',
    SIGNED: '已签约',
  },
  conditionKind: { precedent: '先决条件', covenant: '持续条件' },
  riskClass: {
    NORMAL: '正常',
    SPECIAL_MENTION: '关注',
    SUBSTANDARD: '次级',
    DOUBTFUL: '可疑',
    LOSS: '损失',
  },
  exceptionKind: { 'missing-limit': '无额度', excess: '超额度', 'bucket-full': '期限档已满' },
  incidentCause: {
    use: '额度占用',
    collateral: '押品价值',
    'soft-use': '软额度占用，只提示不拦截',
    allocation: '软额度超额分配，只提示不拦截',
  },
  nodeKind: {
    ZONE: '园区合计',
    ZONE_MASTER: '整园授信总额',
    SEGMENT: '分类额度',
    ENTERPRISE_LINE: '企业授信',
    PRODUCT_SUBLINE: '产品额度',
    CORE_PROGRAM: '供应链项目',
    ANCHOR: '核心企业额度',
    SPOKE: '链上企业额度',
    CAP: '横向限额',
  },
  /** What an id is of, by what stands before it. */
  idKind: {
    agr: '整园授信协议',
    appl: '授信申请',
    cert: '应收账款凭证',
    claim: '风险补偿申请',
    dmd: '融资需求',
    draw: '贷款',
    ent: '企业',
    exc: '例外',
    feebill: '承诺费账单',
    fund: '基金',
    inc: '额度预警',
    lim: '额度',
    line: '授信',
    org: '机构',
    pool: '资金池',
    prio: '重点计划',
    prog: '供应链项目',
    rev: '白名单复核',
    risk: '风险日报',
    seg: '分类额度',
    wl: '白名单企业',
  },
  severity: { WARNING: '预警', BREACH: '超限' },
  incidentState: {
    OPEN: '待确认',
    ACKNOWLEDGED: '已确认',
    MITIGATING: '处置中',
    RESOLVED: '已解除',
    WAIVED: '已豁免',
  },
  eventName: eventWords,
  eventAmount: {
    outstanding: '贷款余额',
    bound: '界限',
    used: '已用',
    size: '超出',
    amount: '金额',
    compensation: '补偿额',
  },
  riskRatio: {
    nonPerforming: '不良贷款率',
    coverage: '拨备覆盖率',
    loanProvision: '贷款拨备率',
    requiredCoverage: '应提拨备覆盖率',
    requiredLoanProvision: '应提贷款拨备率',
  },
  reviewTrigger: {
    YEARLY: '年度复核',
    OVERDUE_DEBT: '本行贷款逾期',
    LIST_HIT: '列入名单',
    OWNERSHIP_CHANGE: '股权变动',
    TAG_EXPIRY: '资质到期',
    CONTAGION: '贷款列入不良',
    OTHER: '其他',
  },
  exceptionState: { RAISED: '已发起', JUSTIFIED: '待批准', APPROVED: '已批准' },
  measureColumn: {
    'approved-cumulative': '累计批复',
    'approved-in-force': '在效批复',
    'drawn-cumulative': '累计投放',
    outstanding: '余额',
  },
  pace: { BEHIND: '落后', ON_PACE: '正常', AHEAD: '超前' },
  paceAlert: {
    'behind-pace': '落后于时间进度',
    'ahead-of-pace': '快于时间进度',
    'above-intent': '超过意向额度',
  },
  operator: { '>': '超过', '>=': '达到' },
  limitField: {
    limit: '当日限额',
    used: '已用',
    reserved: '预占',
    available: '可用',
    amount: '额度',
    state: '状态',
    balance: '账户余额',
    reason: '理由',
    expires_on: '到期日',
    oversub: '超配比例',
    carriers: '受限额度',
    caps: '横向限额',
    parent: '上级额度',
    above: '上级变动',
    fenced: '下级专用',
    selector: '选取规则',
    schedule: '额度计划',
    seasons: '季节额度',
    topUps: '临时额度',
    basis: '押品口径',
    collateral: '押品',
    buckets: '期限分档',
    lend: '可借出',
    borrow: '可借用',
    attributes: '额度属性',
    lendTo: '借给对象',
    toleranceRate: '容忍比例',
    toleranceAmount: '容忍金额',
    warnRate: '预警线',
    margin: '押品警戒线',
  },
};

export const word = (kind, code) => words[kind]?.[code] ?? code ?? '—';

/** What an id is of, by what stands before it. */
export const kindText = (id) => word('idKind', id.slice(0, id.lastIndexOf('_')));

/** What the rows behind a reported figure are, and in which section they stand. */
export const rowsBehind = {
  'agreement-intents': { section: 'credit', text: '协议意向额' },
  'approved-lines': { section: 'lines', text: '授信额度' },
  'cooperating-banks': { section: 'pool', text: '合作银行' },
  enterprises: { section: 'lines', text: '授信企业' },
  'sub-fund-commitments': { section: 'funds', text: '子基金认缴' },
  'pilot-fund-commitments': { section: 'funds', text: '中试基金认缴' },
  'invested-projects': { section: 'funds', text: '投资项目' },
  'project-investments': { section: 'funds', text: '基金已投' },
};

/** The registers that inputs of a figure are rows of. */
export const inputSources = {
  funds_sizes_v: '基金认缴实缴',
  funds_contributions_v: '母基金出资',
  risk_pool_enrolments_v: '资金池贷款台账',
  risk_pool_balances_v: '资金池出资',
  parties_reported_figures_v: '报道数据',
  supply_chain_exposures_v: '凭证融资台账',
  insight_limits_v: '额度台账',
};

/** What stands above a zone's tables, by the kind of its figures. */
export const zoneNotes = {
  demo: '本园区的全部数据均为演示数据（生成），不指向任何真实机构或企业。',
  reported:
    '报道数据保留原文的限定词、来源与日期，不参与任何计算。带“演示数据（生成）”标记的明细由系统生成，合计与报道数一致，不是真实业务；— 表示未见报道。',
  replay: '本园区由一份贷款台账回放而成，企业代码为生成。',
};

/** What the reader can do about a refusal; the title says what happened. */
export function whatToDo({ status, code }) {
  if (code === 'sign-in-refused') return '请核对用户名和口令；连续输错会暂时锁定账号。';
  if (code === 'password-change-required') return '请先修改初始口令，再登录本页。';
  if (status === 0) return '请检查网络，或确认服务已启动，然后重试。';
  if (status === 401) return '请重新登录。';
  if (status === 404) return '所查内容不存在，或不在您的数据范围内。';
  if (status === 429 || status === 503) return '请稍候片刻再重试。';
  return '请重试；仍不成功时，请把追踪号告诉管理员。';
}
