import { AttributeType, Billing, ProjectionType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { removalPolicyOf } from './removal';

/** The attribute that holds when a record expires; the DynamoDB store writes it. */
const EXPIRY_ATTRIBUTE = 'expiresAt';

/**
 * The index of what has failed, by which operators list it; the DynamoDB store gives its key to failed records only.
 */
export const FAILED_INDEX = 'failed';

/** One record per job, by its id, which keeps a job from being done twice. */
export class ResultsTable extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string, { keepData }: { readonly keepData: boolean }) {
    super(scope, id);
    this.table = new TableV2(this, 'Table', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      globalSecondaryIndexes: [
        {
          indexName: FAILED_INDEX,
          partitionKey: { name: 'failedIn', type: AttributeType.STRING },
          sortKey: { name: 'updatedAt', type: AttributeType.NUMBER },
          projectionType: ProjectionType.INCLUDE,
          nonKeyAttributes: ['type'],
        },
      ],
      timeToLiveAttribute: EXPIRY_ATTRIBUTE,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: keepData,
      removalPolicy: removalPolicyOf(keepData),
    });
  }
}
