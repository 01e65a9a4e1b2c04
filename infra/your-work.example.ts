import { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { type YourWork } from './work-needs';

/** Whole, with the six characters that Secrets Manager adds to a name: then no other secret can be meant. */
const PAYMENT = 'arn:aws:secretsmanager:ap-northeast-2:111122223333:secret:payment-a1B2c3';

/** An address, a key for it, and a table that the work writes to in the record's transaction. */
export const yourWork: YourWork = (scope, { stage }) => {
  const accounts = TableV2.fromTableName(scope, 'Accounts', `accounts-${stage}`);
  return {
    variables: { PAYMENT_URL: 'https://pay.example.com/charges', ACCOUNTS_TABLE: accounts.tableName },
    secrets: { PAYMENT_KEY: { secret: Secret.fromSecretCompleteArn(scope, 'Payment', PAYMENT), field: 'key' } },
    grant: (consumer) => {
      accounts.grant(consumer, 'dynamodb:UpdateItem');
    },
  };
};
