/** CDK's own settings, for the command line and tests. */
export const CDK_CONTEXT = {
  // Findings of CDK's own template validation are errors.
  '@aws-cdk/core:validateAgainstDefaultRules': true,
  // The messaging stack cannot lose what the apps use.
  '@aws-cdk/core:defaultCrossStackReferences': 'strong',
} as const;
