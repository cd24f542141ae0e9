// The supply chain's front door: programmes, certificates and what banks financed on them.
import { defineModule } from '../platform/module.ts';
import { chainNames } from './names.ts';
import { supplyChainInvariants } from './invariants.ts';
import { supplyChainRefusals } from './refusals.ts';
import { supplyChainRoutes } from './routes.ts';

export {
  certificateDiscountCalc,
  certificateDiscountInput,
  certificateDiscountOutput,
} from './certificate-discount-calc.ts';
export { acceptCertificate } from './operations/accept-certificate.ts';
export { financeCertificate } from './operations/finance-certificate.ts';
export { issueCertificate } from './operations/issue-certificate.ts';
export { openProgramme } from './operations/open-programme.ts';
export { relateSupplier } from './operations/relate-supplier.ts';
export { settleFinancing } from './operations/settle-financing.ts';
export { transferCertificate } from './operations/transfer-certificate.ts';
export { supplyChainRefusals } from './refusals.ts';

/** Every operation and query of this module has an address, so the routes are the whole list. */
export const supplyChainModule = defineModule({
  name: 'supply-chain',
  names: chainNames,
  operations: supplyChainRoutes.flatMap((route) => ('query' in route ? [] : [route.operation])),
  queries: supplyChainRoutes.flatMap((route) => ('query' in route ? [route.query] : [])),
  routes: supplyChainRoutes,
  refusals: Object.values(supplyChainRefusals),
  invariants: supplyChainInvariants,
});
