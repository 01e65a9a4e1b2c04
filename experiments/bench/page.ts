import { type Findings } from './findings';
export const page = (findings: Findings): string => JSON.stringify(findings);
