#include "beatbench/wfdb/signal_format.h"

#include <gmock/gmock.h>

#include <random>

#include "beatbench/core/record.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
using Signals = std::vector<std::vector<std::int32_t>>;

const SignalFormat& format(int number) { return find_signal_format(number, "test"); }

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

// Every value of the format, its smallest, largest and missing ones among them, in random order.
Signals random_signals(const SignalFormat& format, std::size_t signal_count, std::size_t frames) {
  std::mt19937 engine(7);
  Signals signals(signal_count, std::vector<std::int32_t>(frames));
  const auto span = static_cast<std::uint32_t>(format.maximum - format.minimum + 2);
  for (auto& signal : signals) {
    for (auto& sample : signal) {
      sample = format.minimum - 1 + static_cast<std::int32_t>(engine() % span);
      if (sample < format.minimum) sample = kMissingSample;
    }
  }
  return signals;
}

TEST(SignalFormat, UnknownFormatsAreRefusedWithTheListOfThoseThereAre) {
  EXPECT_ERROR(find_signal_format(310, "x.hea"), ErrorKind::unsupported, "x.hea", "310", "supported: 16, 212");
}

TEST(SignalFormat, EveryFormatGivesBackWhatItStored) {
  for (const SignalFormat& entry : signal_formats()) {
    for (const std::size_t signal_count : {1, 2, 3, 12}) {
      for (const std::size_t frames : {0, 1, 2, 3, 7, 1000}) {
        SCOPED_TRACE(std::to_string(entry.number) + " " + std::to_string(signal_count) + " " + std::to_string(frames));
        const Signals signals = random_signals(entry, signal_count, frames);
        const auto bytes = encode(entry.number, signals);
        EXPECT_EQ(bytes.size(), entry.bytes_for(signal_count * frames));
        EXPECT_EQ(entry.samples_in(bytes.size()), signal_count * frames);
        EXPECT_EQ(decode(entry.number, bytes, signal_count, frames), signals);
      }
    }
  }
}

TEST(SignalFormat, AFileCanBeTakenApartAtTheFrameMultiple) {
  for (const SignalFormat& entry : signal_formats()) {
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
