/* nghttp2's HPACK over the stories that `fields` wrote: nanoseconds a field to decode and to
 * encode, and the octets of all blocks it makes, in one line.
 *
 *   nghttp2_fields FILE PASSES
 */
#include <nghttp2/nghttp2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
    uint8_t *block;
    uint32_t length, count;
    nghttp2_nv *list;
} Case;

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

static size_t decode(nghttp2_hd_inflater *inflater, const Case *one) {
    const uint8_t *in = one->block;
    size_t left = one->length, fields = 0;
    for (;;) {
        nghttp2_nv field;
        int flags = 0;
        ssize_t used = nghttp2_hd_inflate_hd2(inflater, &field, &flags, in, left, 1);
        if (used < 0) exit(3);
        in += used;
        left -= (size_t)used;
        if (flags & NGHTTP2_HD_INFLATE_EMIT) looked += field.valuelen, fields++;
        if (flags & NGHTTP2_HD_INFLATE_FINAL) break;
    }
    nghttp2_hd_inflate_end_headers(inflater);
    return fields;
}

int main(int count, char **words) {
    if (count != 3) return 2;
    FILE *file = fopen(words[1], "rb");
    if (!file) return 2;
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    at = malloc(size);
    if (fread(at, 1, size, file) != size) return 2;

    uint32_t stories = number();
    Case **all = calloc(stories, sizeof *all);
    uint32_t *cases = calloc(stories, sizeof *cases);
    for (uint32_t s = 0; s < stories; s++) {
        cases[s] = number();
        all[s] = calloc(cases[s], sizeof **all);
        for (uint32_t c = 0; c < cases[s]; c++) {
            Case *one = &all[s][c];
            one->length = number();
            one->block = at;
            at += one->length;
            one->count = number();
            one->list = calloc(one->count, sizeof *one->list);
            for (uint32_t f = 0; f < one->count; f++) {
                nghttp2_nv *field = &one->list[f];
                field->namelen = number();
                field->valuelen = number();
                field->name = at;
                field->value = at + field->namelen;
                at += field->namelen + field->valuelen;
            }
        }
    }

    static uint8_t out[1 << 20];
    size_t fields = 0, octets = 0;
    double decoding = 0, encoding = 0;
    for (int pass = 0; pass < atoi(words[2]); pass++) {
        double start = now();
        for (uint32_t s = 0; s < stories; s++) {
            nghttp2_hd_inflater *inflater;
            nghttp2_hd_inflate_new(&inflater);
            for (uint32_t c = 0; c < cases[s]; c++) fields += decode(inflater, &all[s][c]);
            nghttp2_hd_inflate_del(inflater);
        }
        double middle = now();
        octets = 0;
        for (uint32_t s = 0; s < stories; s++) {
            nghttp2_hd_deflater *deflater;
            nghttp2_hd_deflate_new(&deflater, 4096);
            for (uint32_t c = 0; c < cases[s]; c++) {
                Case *one = &all[s][c];
                ssize_t made =
                    nghttp2_hd_deflate_hd(deflater, out, sizeof out, one->list, one->count);
                if (made < 0) return 3;
                octets += (size_t)made;
            }
            nghttp2_hd_deflate_del(deflater);
        }
        decoding += middle - start;
        encoding += now() - middle;
    }
    printf("%.2f %.2f %zu\n", decoding / (double)fields, encoding / (double)fields, octets);
    return 0;
}
