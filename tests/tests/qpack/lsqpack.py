"""ls-qpack, by its Python binding, as a program: a line with a command in, a line with the answer out.

    new CAPACITY BLOCKED        both ends anew; the encoder's first instructions
    instructions HEX            to its decoder; the streams that need not wait any more
    section STREAM HEX          to its decoder; what it answers, and the fields
    resume STREAM               the same for a section that waited
    cancel STREAM               what its decoder answers
    encode STREAM FIELD…        by its encoder; instructions, and the section
    acknowledge HEX             to its encoder

Octets are hexadecimal digits, with an x in front so that none is something; a field is name:value
of those. `blocked` says that a section waits, `refused` and a name that something is wrong.
"""

import sys

import pylsqpack


def octets(text):
    return bytes.fromhex(text[1:])


def digits(octets):
    return "x" + octets.hex()


def field(text):
    name, value = text.split(":")
    return octets(name), octets(value)


def read(answer):
    control, fields = answer
    told = [digits(name) + ":" + digits(value) for name, value in fields]
    return " ".join([digits(control), *told])


class Ends:
    def new(self, capacity, blocked):
        self.encoder = pylsqpack.Encoder()
        self.decoder = pylsqpack.Decoder(int(capacity), int(blocked))
        return digits(self.encoder.apply_settings(int(capacity), int(blocked)))

    def instructions(self, text):
        return " ".join(str(stream) for stream in self.decoder.feed_encoder(octets(text)))

    def section(self, stream, text):
        return read(self.decoder.feed_header(int(stream), octets(text)))

    def resume(self, stream):
        return read(self.decoder.resume_header(int(stream)))

    def cancel(self, stream):
        return digits(self.decoder.cancel_stream(int(stream)))

    def encode(self, stream, *fields):
        instructions, section = self.encoder.encode(int(stream), [field(text) for text in fields])
        return digits(instructions) + " " + digits(section)

    def acknowledge(self, text):
        self.encoder.feed_decoder(octets(text))
        return ""


ends = Ends()
for line in sys.stdin:
    command, *words = line.split()
    try:
        answer = getattr(ends, command)(*words)
    except pylsqpack.StreamBlocked:
        answer = "blocked"
    except (
        pylsqpack.DecompressionFailed,
        pylsqpack.EncoderStreamError,
        pylsqpack.DecoderStreamError,
    ) as error:
        answer = "refused " + type(error).__name__
    print(answer, flush=True)
