#include "beatbench/recordings/wfdb/signal_format.h"

#include <gmock/gmock.h>

#include <random>

#include "beatbench/core/record.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
using Signals = std::vector<std::vector<std::int32_t>>;

const SignalFormat& format(int number) { return require_signal_format(number, "test"); }

Signals decode(int number, const std::vector<unsigned char>& bytes, std::size_t signal_count, std::size_t frames) {
  Signals signals(signal_count, std::vector<std::int32_t>(frames, 12345));
  std::vector<std::int32_t*> columns;
  for (auto& signal : signals) columns.push_back(signal.data());
  format(number).decode(bytes, columns, frames);
  return signals;
}

std::vector<unsigned char> encode(int number, const Signals& signals) {
  return format(number).encode(std::vector<std::span<const std::int32_t>>(signals.begin(), signals.end()));
}

// Every value of the format, its smallest, largest and missing ones among them, in random order; where differences are
// coded, any samples that they can follow.
Signals random_signals(const SignalFormat& format, std::size_t signal_count, std::size_t frames) {
  std::mt19937_64 engine(7);
  Signals signals(signal_count, std::vector<std::int32_t>(frames));
  const std::int64_t smallest = std::int64_t{format.minimum} - (format.missing ? 1 : 0);
  const auto span = static_cast<std::uint64_t>(format.maximum - smallest + 1);
  for (auto& signal : signals) {
    for (auto& sample : signal) {
      const std::int64_t value = smallest + static_cast<std::int64_t>(engine() % span);
      sample = value < format.minimum ? kMissingSample : static_cast<std::int32_t>(value);
    }
    signal = representable_samples(signal, format);
  }
  return signals;
}

// What decode gives, with differences summed up from each signal's first sample.
Signals decode_samples(int number, const std::vector<unsigned char>& bytes, const Signals& stored) {
  Signals signals = decode(number, bytes, stored.size(), stored[0].size());
  if (format(number).coding != SignalCoding::differences) return signals;
  for (std::size_t s = 0; s < signals.size(); ++s) {
    std::int32_t before = stored[s].empty() ? 0 : stored[s][0];
    sum_differences(signals[s], before);
  }
  return signals;
}

TEST(SignalFormat, UnknownFormatsAreRefusedWithTheListOfThoseThereAre) {
  EXPECT_ERROR(require_signal_format(17, "x.hea"), ErrorKind::unsupported, "x.hea", "format 17",
               "supported: 8, 16, 24, 32, 61, 80, 160, 212, 310, 311, 508, 516, 524");
}

TEST(SignalFormat, EveryFormatGivesBackWhatItStored) {
  for (const SignalFormat& entry : signal_formats()) {
    if (entry.coding == SignalCoding::flac) continue;
    for (const std::size_t signal_count : {1, 2, 3, 12}) {
      for (const std::size_t frames : {0, 1, 2, 3, 7, 1000}) {
        SCOPED_TRACE(std::to_string(entry.number) + " " + std::to_string(signal_count) + " " + std::to_string(frames));
        const Signals signals = random_signals(entry, signal_count, frames);
        const auto bytes = encode(entry.number, signals);
        const std::size_t needed = entry.bytes_for(signal_count * frames);
        EXPECT_GE(bytes.size(), needed);
        EXPECT_LT(bytes.size(), needed + entry.block_bytes) << "the last block may be whole";
        EXPECT_GE(entry.samples_in(needed), signal_count * frames);
        EXPECT_LE(entry.samples_in(needed), signal_count * frames + 1) << "310: two samples take a whole block";
        EXPECT_EQ(decode_samples(entry.number, bytes, signals), signals);
      }
    }
  }
}

TEST(SignalFormat, AFileCanBeTakenApartAtTheFrameMultiple) {
  for (const SignalFormat& entry : signal_formats()) {
    if (entry.coding != SignalCoding::amplitudes) continue;
    const Signals signals = random_signals(entry, 3, 20 * entry.frame_multiple);
    const auto bytes = encode(entry.number, signals);
    const std::size_t cut = 7 * entry.frame_multiple;
    const std::vector<unsigned char> rest(bytes.begin() + static_cast<std::ptrdiff_t>(entry.bytes_for(3 * cut)),
                                          bytes.end());
    const Signals decoded = decode(entry.number, rest, 3, signals[0].size() - cut);
    for (std::size_t s = 0; s < 3; ++s)
      EXPECT_TRUE(
          std::equal(decoded[s].begin(), decoded[s].end(), signals[s].begin() + static_cast<std::ptrdiff_t>(cut)));
  }
}

TEST(Format212, BytesOfRecord100) {
  EXPECT_THAT(decode(212, {0xe3, 0x33, 0xf3}, 2, 1), ElementsAre(ElementsAre(995), ElementsAre(1011)));
  EXPECT_THAT(encode(212, {{995}, {1011}}), ElementsAre(0xe3, 0x33, 0xf3));
}

TEST(Format212, SignExtensionAndMissingValue) {
  // first: 0x7FF, 0xFFF, 0x801; second: 0x801, 0x000, 0x800
  const std::vector<unsigned char> bytes = {0xff, 0x87, 0x01, 0xff, 0x0f, 0x00, 0x01, 0x88, 0x00};
  EXPECT_THAT(decode(212, bytes, 2, 3),
              ElementsAre(ElementsAre(2047, -1, -2047), ElementsAre(-2047, 0, kMissingSample)));
}

// Every value at both places, by signal(5)'s definition: at once, and in pieces that are too short for wide registers.
TEST(Format212, EveryValueInLongAndShortPieces) {
  constexpr std::size_t kValues = 4096;
  std::vector<unsigned char> bytes;
  Signals expected(2);
  for (std::uint32_t first = 0; first < kValues; ++first) {
    const std::uint32_t second = (first * 2731 + 5) % kValues;  // each once, as 2731 is odd
    for (const std::uint32_t byte : {first & 0xFFU, first >> 8U | (second >> 8U) << 4U, second & 0xFFU}) {
      bytes.push_back(static_cast<unsigned char>(byte));
    }
    const auto sample = [](std::uint32_t bits) {
      const std::int32_t value = bits < 2048 ? static_cast<std::int32_t>(bits) : static_cast<std::int32_t>(bits) - 4096;
      return value == -2048 ? kMissingSample : value;
    };
    expected[0].push_back(sample(first));
    expected[1].push_back(sample(second));
  }
  EXPECT_EQ(decode(212, bytes, 2, kValues), expected);
  for (const std::size_t frames : {1UL, 5UL, 9UL, 10UL, 11UL, 17UL, 18UL}) {
    Signals found(2);
    for (std::size_t at = 0; at < kValues; at += frames) {
      const std::size_t count = std::min(frames, kValues - at);
      const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(3 * at);
      const std::vector<unsigned char> piece(begin, begin + static_cast<std::ptrdiff_t>(3 * count));
      const Signals part = decode(212, piece, 2, count);
      for (std::size_t s = 0; s < 2; ++s) found[s].insert(found[s].end(), part[s].begin(), part[s].end());
    }
    EXPECT_EQ(found, expected) << frames;
  }
}

TEST(Format212, AnOddNumberOfSamplesEndsInTwoBytes) {
  EXPECT_EQ(format(212).bytes_for(3), 5);
  EXPECT_EQ(format(212).samples_in(5), 3);
  EXPECT_EQ(format(212).samples_in(4), 2);
  EXPECT_THAT(decode(212, {0xe3, 0x33, 0xf3, 0xff, 0x0f}, 1, 3), ElementsAre(ElementsAre(995, 1011, -1)));
  EXPECT_THAT(decode(212, {0xe3, 0x33, 0xf3, 0xff, 0x0f}, 3, 1),
              ElementsAre(ElementsAre(995), ElementsAre(1011), ElementsAre(-1)));
}

TEST(Format16, LowByteFirstTwosComplementAndMissingValue) {
  EXPECT_THAT(decode(16, {0x01, 0x02, 0xff, 0xff, 0x00, 0x80, 0x01, 0x80}, 2, 2),
              ElementsAre(ElementsAre(513, kMissingSample), ElementsAre(-1, -32767)));
}

// The expected bytes of the tests below are worked out by hand from the layouts of signal(5).

TEST(Format24, LowByteFirst) {
  const std::vector<unsigned char> bytes = {0x56, 0x34, 0x12, 0xfe, 0xff, 0xff, 0x00, 0x00, 0x80, 0x01, 0x00, 0x80};
  EXPECT_THAT(decode(24, bytes, 2, 2), ElementsAre(ElementsAre(0x123456, kMissingSample), ElementsAre(-2, -8388607)));
  EXPECT_EQ(encode(24, {{0x123456, kMissingSample}, {-2, -8388607}}), bytes);
}

TEST(Format32, LowByteFirst) {
  const std::vector<unsigned char> bytes = {0x78, 0x56, 0x34, 0x12, 0xfe, 0xff, 0xff, 0xff,
                                            0x00, 0x00, 0x00, 0x80, 0x01, 0x00, 0x00, 0x80};
  const Signals signals = {{0x12345678, kMissingSample}, {-2, -2147483647}};
  EXPECT_EQ(decode(32, bytes, 2, 2), signals);
  EXPECT_EQ(encode(32, signals), bytes);
}

TEST(Format61, HighByteFirst) {
  const std::vector<unsigned char> bytes = {0x01, 0x02, 0xff, 0xfe, 0x80, 0x00, 0x80, 0x01};
  const Signals signals = {{0x0102, kMissingSample}, {-2, -32767}};
  EXPECT_EQ(decode(61, bytes, 2, 2), signals);
  EXPECT_EQ(encode(61, signals), bytes);
}

TEST(Format80, OffsetBinary) {
  const std::vector<unsigned char> bytes = {0x80, 0x7f, 0xff, 0x01, 0x00};
  EXPECT_THAT(decode(80, bytes, 1, 5), ElementsAre(ElementsAre(0, -1, 127, -127, kMissingSample)));
  EXPECT_EQ(encode(80, {{0, -1, 127, -127, kMissingSample}}), bytes);
}

TEST(Format160, OffsetBinaryLowByteFirst) {
  const std::vector<unsigned char> bytes = {0x00, 0x80, 0xff, 0x7f, 0xff, 0xff, 0x01, 0x00, 0x00, 0x00, 0x02, 0x81};
  EXPECT_THAT(decode(160, bytes, 1, 6), ElementsAre(ElementsAre(0, -1, 32767, -32767, kMissingSample, 0x0102)));
  EXPECT_EQ(encode(160, {{0, -1, 32767, -32767, kMissingSample, 0x0102}}), bytes);
}

// Ten bits: 1 is 0000000001, -1 is 1111111111, 341 is 01010 10101.
// First pair: 10101 (low half of 341), 0000000001, 0 = 0xa802; second: 01010, 1111111111, 0 = 0x57fe.
TEST(Format310, TwoBytePairs) {
  const std::vector<unsigned char> bytes = {0x02, 0xa8, 0xfe, 0x57};
  EXPECT_THAT(decode(310, bytes, 1, 3), ElementsAre(ElementsAre(1, -1, 341)));
  EXPECT_THAT(decode(310, bytes, 3, 1), ElementsAre(ElementsAre(1), ElementsAre(-1), ElementsAre(341)));
  EXPECT_EQ(encode(310, {{1, -1, 341}}), bytes);
  const std::vector<unsigned char> unused_bits_set = {0x03, 0xa8, 0xff, 0x57};
  EXPECT_THAT(decode(310, unused_bits_set, 1, 3), ElementsAre(ElementsAre(1, -1, 341)));
}

// -512 is 1000000000: in the first pair 0x0400, in the second 0x0400, of the third sample 10000 00000 the high half
// 0x8000 of the second pair.
TEST(Format310, MissingValue) {
  EXPECT_THAT(decode(310, {0x00, 0x04, 0x00, 0x84}, 1, 3),
              ElementsAre(ElementsAre(kMissingSample, kMissingSample, kMissingSample)));
}

// 341, 1111111111, 0000000001 from the highest bits down: 00 0101010101 1111111111 0000000001 = 0x155ffc01.
TEST(Format311, OneWordOf32Bits) {
  const std::vector<unsigned char> bytes = {0x01, 0xfc, 0x5f, 0x15};
  EXPECT_THAT(decode(311, bytes, 1, 3), ElementsAre(ElementsAre(1, -1, 341)));
  EXPECT_EQ(encode(311, {{1}, {-1}, {341}}), bytes);
  EXPECT_THAT(decode(311, {0x01, 0xfc, 0x5f, 0xd5}, 1, 3), ElementsAre(ElementsAre(1, -1, 341)));
  EXPECT_THAT(decode(311, {0x00, 0x02, 0x08, 0x20}, 1, 3),
              ElementsAre(ElementsAre(kMissingSample, kMissingSample, kMissingSample)));
}

// One sample of 310 needs the first pair, two need both; of 311 the second ends in the third byte.
TEST(TenBitFormats, TheLastBlockMayBeCutShort) {
  EXPECT_EQ(format(310).bytes_for(4), 6);
  EXPECT_EQ(format(310).bytes_for(5), 8);
  EXPECT_EQ(format(310).samples_in(7), 4);
  EXPECT_EQ(format(311).bytes_for(4), 6);
  EXPECT_EQ(format(311).bytes_for(5), 7);
  EXPECT_EQ(format(311).samples_in(7), 5);
  EXPECT_THAT(decode(310, {0x02, 0xa8, 0xfe, 0x57, 0xfe, 0x07}, 2, 2),
              ElementsAre(ElementsAre(1, 341), ElementsAre(-1, -1)));
  EXPECT_THAT(decode(311, {0x01, 0xfc, 0x5f, 0x15, 0xff, 0x07, 0x00}, 5, 1),
              ElementsAre(ElementsAre(1), ElementsAre(-1), ElementsAre(341), ElementsAre(-1), ElementsAre(1)));
  EXPECT_THAT(encode(311, {{1, -1, 341, -1}}), ElementsAre(0x01, 0xfc, 0x5f, 0x15, 0xff, 0x03, 0x00, 0x00));
}

TEST(Format8, DifferencesOfEachSignal) {
  const std::vector<unsigned char> bytes = {0, 0, 0x7f, 0xff, 0x80, 0x01};
  EXPECT_THAT(decode(8, bytes, 2, 3), ElementsAre(ElementsAre(0, 127, -128), ElementsAre(0, -1, 1)));
  EXPECT_EQ(encode(8, {{1000, 1127, 999}, {-5, -6, -5}}), bytes);
}

// Steps of 300 up and 300 down: 127, 127, 46 and -128, -128, -44.
TEST(Format8, AStepThatIsTooLargeIsMadeUpForAsSoonAsPossible) {
  const std::vector<std::int32_t> samples = {0, 300, 300, 300, 300, 0, 0, 0, 0};
  EXPECT_THAT(representable_samples(samples, format(8)), ElementsAre(0, 127, 254, 300, 300, 172, 44, 0, 0));
  EXPECT_THAT(encode(8, {samples}), ElementsAre(0, 127, 127, 46, 0, 0x80, 0x80, 0xd4, 0));
  EXPECT_EQ(representable_samples(samples, format(16)), samples);
}

TEST(SignalChecksum, IsTheLow16BitsOfTheSumOfStoredValues) {
  EXPECT_EQ(signal_checksum(std::vector<std::int32_t>{}, format(16)), 0);
  EXPECT_EQ(signal_checksum(std::vector<std::int32_t>{32767, 1}, format(16)), -32768);
  EXPECT_EQ(signal_checksum(std::vector<std::int32_t>{-5, 3}, format(16)), -2);
  EXPECT_EQ(signal_checksum(std::vector<std::int32_t>{kMissingSample, 3}, format(212)), -2045);
  EXPECT_EQ(signal_checksum(std::vector<std::int32_t>(1'000'000, 2047), format(212)),
            static_cast<std::int16_t>(2'047'000'000U & 0xFFFFU));
}

}  // namespace
}  // namespace beatbench
