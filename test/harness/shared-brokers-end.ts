export { end as default } from './shared-brokers';
