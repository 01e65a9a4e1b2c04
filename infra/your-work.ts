import { type YourWork } from './work-needs';

/** What your work needs in AWS beside its queue and its record: docs/deploy.md, "What your work needs". */
export const yourWork: YourWork = () => ({});
