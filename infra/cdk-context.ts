/** How CDK itself is to behave, with the command line and in tests. */
export const CDK_CONTEXT = {
  // What CDK's own template validation finds is an error.
  '@aws-cdk/core:validateAgainstDefaultRules': true,
  // What the apps use, the messaging stack cannot lose.
  '@aws-cdk/core:defaultCrossStackReferences': 'strong',
} as const;
