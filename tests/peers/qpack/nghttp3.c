/* nghttp3's QPACK over the lists that `qpack_fields` wrote: nanoseconds a field to decode and to
 * encode, and the octets of all instructions and sections it makes, in one line.
 *
 *   nghttp3_fields FILE PASSES CAPACITY
 */
#include <nghttp3/nghttp3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
    uint32_t count;
    nghttp3_nv *list;
} List;

typedef struct {
    uint32_t stream, length;
    uint8_t *octets;
} Record;

static uint8_t *at;

static uint32_t number(void) {
    uint32_t value;
    memcpy(&value, at, 4);
    at += 4;
    return value;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static volatile size_t looked;

static size_t decode(nghttp3_qpack_decoder *decoder, const Record *one) {
    nghttp3_qpack_stream_context *context;
    const uint8_t *in = one->octets;
    size_t left = one->length, fields = 0;
    nghttp3_qpack_stream_context_new(&context, one->stream, nghttp3_mem_default());
    for (;;) {
        nghttp3_qpack_nv field;
        uint8_t flags = 0;
        nghttp3_ssize used =
            nghttp3_qpack_decoder_read_request(decoder, context, &field, &flags, in, left, 1);
        if (used < 0) exit(3);
        in += used;
        left -= (size_t)used;
        if (flags & NGHTTP3_QPACK_DECODE_FLAG_BLOCKED) exit(4);
        if (flags & NGHTTP3_QPACK_DECODE_FLAG_EMIT) {
            looked += nghttp3_rcbuf_get_buf(field.value).len;
            nghttp3_rcbuf_decref(field.name);
            nghttp3_rcbuf_decref(field.value);
            fields++;
        }
        if (flags & NGHTTP3_QPACK_DECODE_FLAG_FINAL) break;
    }
    nghttp3_qpack_stream_context_del(context);
    return fields;
}

static size_t decode_all(const Record *records, uint32_t count, size_t capacity) {
    nghttp3_qpack_decoder *decoder;
    uint8_t out[64], full[] = {0x3f, 0xe1, 0x1f};
    size_t fields = 0;
    nghttp3_qpack_decoder_new(&decoder, capacity, 100, nghttp3_mem_default());
    nghttp3_qpack_decoder_set_max_concurrent_streams(decoder, 100);
    if (capacity == 4096) nghttp3_qpack_decoder_read_encoder(decoder, full, sizeof full);
    for (uint32_t r = 0; r < count; r++) {
        if (records[r].stream == 0) {
            nghttp3_ssize used =
                nghttp3_qpack_decoder_read_encoder(decoder, records[r].octets, records[r].length);
            if (used < 0) exit(5);
        } else {
            fields += decode(decoder, &records[r]);
        }
        nghttp3_buf answer;
        nghttp3_buf_init(&answer);
        answer.begin = answer.pos = answer.last = out;
        answer.end = out + sizeof out;
        if (nghttp3_qpack_decoder_get_decoder_streamlen(decoder) <= sizeof out)
            nghttp3_qpack_decoder_write_decoder(decoder, &answer);
    }
    nghttp3_qpack_decoder_del(decoder);
    return fields;
}

static size_t encode_all(const List *lists, uint32_t count, size_t capacity) {
    nghttp3_qpack_encoder *encoder;
    nghttp3_buf prefix, lines, instructions;
    size_t octets = 0;
    const nghttp3_mem *memory = nghttp3_mem_default();
    nghttp3_qpack_encoder_new(&encoder, capacity, memory);
    nghttp3_qpack_encoder_set_max_dtable_capacity(encoder, capacity);
    nghttp3_qpack_encoder_set_max_blocked_streams(encoder, 100);
    nghttp3_buf_init(&prefix);
    nghttp3_buf_init(&lines);
    nghttp3_buf_init(&instructions);
    for (uint32_t l = 0; l < count; l++) {
        nghttp3_buf_reset(&prefix);
        nghttp3_buf_reset(&lines);
        nghttp3_buf_reset(&instructions);
        if (nghttp3_qpack_encoder_encode(encoder, &prefix, &lines, &instructions, l + 1,
                                         lists[l].list, lists[l].count))
            exit(6);
        octets += nghttp3_buf_len(&prefix) + nghttp3_buf_len(&lines) +
                  nghttp3_buf_len(&instructions);
        nghttp3_qpack_encoder_ack_everything(encoder);
    }
    nghttp3_buf_free(&prefix, memory);
    nghttp3_buf_free(&lines, memory);
    nghttp3_buf_free(&instructions, memory);
    nghttp3_qpack_encoder_del(encoder);
    return octets;
}

int main(int count, char **words) {
    if (count != 4) return 2;
    FILE *file = fopen(words[1], "rb");
    if (!file) return 2;
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    at = malloc(size);
    if (fread(at, 1, size, file) != size) return 2;

    uint32_t all = number();
    List *lists = calloc(all, sizeof *lists);
    for (uint32_t l = 0; l < all; l++) {
        lists[l].count = number();
        lists[l].list = calloc(lists[l].count, sizeof *lists[l].list);
        for (uint32_t f = 0; f < lists[l].count; f++) {
            nghttp3_nv *field = &lists[l].list[f];
            field->namelen = number();
            field->valuelen = number();
            field->name = at;
            field->value = at + field->namelen;
            at += field->namelen + field->valuelen;
        }
    }
    uint32_t arriving = number();
    Record *records = calloc(arriving, sizeof *records);
    for (uint32_t r = 0; r < arriving; r++) {
        records[r].stream = number();
        records[r].length = number();
        records[r].octets = at;
        at += records[r].length;
    }

    size_t fields = 0, octets = 0, capacity = (size_t)atoi(words[3]);
    double decoding = 0, encoding = 0;
    for (int pass = 0; pass < atoi(words[2]); pass++) {
        double start = now();
        fields += decode_all(records, arriving, capacity);
        double middle = now();
        octets = encode_all(lists, all, capacity);
        decoding += middle - start;
        encoding += now() - middle;
    }
    printf("%.2f %.2f %zu\n", decoding / (double)fields, encoding / (double)fields, octets);
    return 0;
}
