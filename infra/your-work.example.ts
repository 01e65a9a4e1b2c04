import { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { type YourWork } from './work-needs';

/** An address, a key for it, and a table that the work writes to in the record's transaction. */
export const yourWork: YourWork = (scope, { stage }) => {
  const payment = Secret.fromSecretNameV2(scope, 'Payment', `payment/${stage}`);
  const accounts = TableV2.fromTableName(scope, 'Accounts', `accounts-${stage}`);
  return {
    variables: { PAYMENT_URL: 'https://pay.example.com/charges', ACCOUNTS_TABLE: accounts.tableName },
    secrets: { PAYMENT_KEY: { secret: payment, field: 'key' } },
    grant: (consumer) => {
      accounts.grant(consumer, 'dynamodb:UpdateItem');
    },
  };
};
