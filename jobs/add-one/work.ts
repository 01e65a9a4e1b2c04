import { Injectable } from '@nestjs/common';
import { type Effect } from '../../results/records';
import { type Work, type WorkJob } from '../work';
import { type ADD_ONE } from './definition';

@Injectable()
export class AddOne implements Work<typeof ADD_ONE> {
  run({ input }: WorkJob<typeof ADD_ONE>): Effect<number> {
    return { result: input + 1 };
  }
}
