import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { defineJob } from '../../contract/job-type';

/** Names and folders, none of which begins with a dot: no way out of the storage. */
const KEY = /^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)*$/;

const FORMATS = ['png', 'jpeg'] as const;

export class Size {
  /** In pixels. */
  @IsInt()
  @Min(1)
  @Max(4_096)
  readonly width: number;

  /** In pixels; absent: what keeps the picture's proportions. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(4_096)
  readonly height?: number;

  @IsIn(FORMATS)
  readonly format: (typeof FORMATS)[number];
}

export class Options {
  /** Of JPEG. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(100)
  readonly quality?: number;
}

export class Picture {
  /** Where the picture is in the storage. */
  @IsString()
  @MaxLength(200)
  @Matches(KEY, { message: 'must be names separated by /, such as photos/cat.png' })
  readonly source: string;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(10)
  @ValidateNested({ each: true })
  @Type(() => Size)
  readonly sizes: readonly Size[];

  @IsOptional()
  @ValidateNested()
  @Type(() => Options)
  readonly options?: Options;
}

export class File {
  /** Where it is in the storage. */
  @IsString()
  readonly key: string;

  @IsInt()
  readonly width: number;

  @IsInt()
  readonly height: number;

  @IsInt()
  readonly bytes: number;
}

export class Resized {
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => File)
  readonly files: readonly File[];
}

class ResizeInput {
  @ValidateNested()
  @Type(() => Picture)
  readonly input: Picture;
}

class ResizeResult {
  @ValidateNested()
  @Type(() => Resized)
  readonly result: Resized;
}

/** Makes smaller or larger copies of a picture. */
export const RESIZE = defineJob({
  type: 'resize',
  input: ResizeInput,
  result: ResizeResult,
  policy: { maxAttempts: 3, timeoutSeconds: 300 },
});
