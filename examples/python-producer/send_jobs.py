"""Puts jobs on the queue from Python: what the consumer takes of a message, and nothing of Plusone.

    QUEUE_URL=... python3 send_jobs.py transfer '{"from": "ann", "to": "bob", "amount": 30}' '{...}'

Prints the id of each job once SQS has it; GET /results/{id} says what became of it. On a FIFO queue, jobs of a
--group run in their order. AWS_REGION, AWS_ENDPOINT_URL_SQS and credentials are the SDK's own.
"""

import argparse
import json
import os
import sys
import uuid

import boto3

BATCH = 10  # what SQS takes in one call


def entry(job_type, version, job_input, group):
    job_id = str(uuid.uuid4())
    message = {
        "Id": job_id,
        "MessageBody": json.dumps({"id": job_id, "input": job_input}),
        "MessageAttributes": {
            "type": {"DataType": "String", "StringValue": job_type},
            "version": {"DataType": "Number", "StringValue": str(version)},
        },
    }
    if group is not None:
        # Sent again under the same deduplication id within five minutes, a job is accepted and not queued twice.
        message |= {"MessageGroupId": group, "MessageDeduplicationId": job_id}
    return message


def send(sqs, queue_url, entries):
    """A batch may be accepted in part: each entry has its own answer."""
    answer = sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    for accepted in answer.get("Successful", []):
        print(accepted["Id"])
    for refused in answer.get("Failed", []):
        print(f"{refused['Id']} was refused: {refused['Code']} {refused.get('Message', '')}", file=sys.stderr)
    return not answer.get("Failed")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("type", help="the job type")
    parser.add_argument("inputs", nargs="+", type=json.loads, metavar="input", help="the input of a job, as JSON")
    parser.add_argument("--version", type=int, default=1, help="of the job type")
    parser.add_argument("--group", help="needed on a FIFO queue")
    options = parser.parse_args()
    queue_url = os.environ["QUEUE_URL"]
    group = options.group
    if group is None and queue_url.endswith(".fifo"):
        parser.error("a FIFO queue takes jobs of a --group")
    sqs = boto3.client("sqs", region_name=os.environ.get("AWS_REGION"))
    entries = [entry(options.type, options.version, job_input, group) for job_input in options.inputs]
    sent = [send(sqs, queue_url, entries[at : at + BATCH]) for at in range(0, len(entries), BATCH)]
    return 0 if all(sent) else 1


if __name__ == "__main__":
    sys.exit(main())
