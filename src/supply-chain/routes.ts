/** Method and path → operation or query. */
import type { Route } from '../platform/module.ts';
import { acceptCertificate } from './operations/accept-certificate.ts';
import { financeCertificate } from './operations/finance-certificate.ts';
import { issueCertificate } from './operations/issue-certificate.ts';
import { openProgramme } from './operations/open-programme.ts';
import { relateSupplier } from './operations/relate-supplier.ts';
import { settleFinancing } from './operations/settle-financing.ts';
import { transferCertificate } from './operations/transfer-certificate.ts';
import { listCertificates, showCertificate } from './queries/certificates.ts';
import { listFinancings, showFinancing } from './queries/financings.ts';
import { listProgrammes, showProgramme } from './queries/programmes.ts';

export const supplyChainRoutes: readonly Route[] = [
  { method: 'post', path: '/programmes', operation: openProgramme },
  { method: 'get', path: '/programmes', query: listProgrammes },
  { method: 'get', path: '/programmes/:programmeId', query: showProgramme },
  { method: 'post', path: '/programmes/:programmeId/suppliers', operation: relateSupplier },
  { method: 'post', path: '/certificates', operation: issueCertificate },
  { method: 'get', path: '/certificates', query: listCertificates },
  { method: 'get', path: '/certificates/:certificateId', query: showCertificate },
  {
    method: 'post',
    path: '/certificates/:certificateId/acceptances',
    operation: acceptCertificate,
    status: 200,
  },
  {
    method: 'post',
    path: '/certificates/:certificateId/transfers',
    operation: transferCertificate,
    status: 200,
  },
  { method: 'post', path: '/financings', operation: financeCertificate },
  { method: 'get', path: '/financings', query: listFinancings },
  { method: 'get', path: '/financings/:financingId', query: showFinancing },
  {
    method: 'post',
    path: '/financings/:financingId/settlements',
    operation: settleFinancing,
    status: 200,
  },
];
