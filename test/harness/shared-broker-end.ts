export { end as default } from './shared-broker';
