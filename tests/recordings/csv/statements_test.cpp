// What the lines around a table say of its rate, and what they only seem to say.
#include "recordings/csv/texts.h"

namespace beatbench {
namespace {

using testing::Contains;
using testing::HasSubstr;
using namespace std::string_literals;

const std::string kBody = "II (mV)\n" + rows([](int i) { return mv(i); });

TEST_F(CsvTables, OtherNumbersBesideARate) {
  for (const char* statement :
       {"# Sampling rate 500, filter 0.05-150 Hz\n",
        "Sample Rate,500,Low pass,40 Hz\n",
        "fs=500; notch=50 Hz\n",
        "Sample rate (max 1000 Hz): 500 Hz\n",
        "Samples per second per channel (12 channels): 500\n",
        "Sampling rate: 30000 samples/min\n",
        "Sample rate;500;Hz;Notch;50;Hz\n",
        "Sampling rate: 500 (12 channels)\n",
        "Sampled at 500 Hz. Notch 50 Hz\n",
        "Sampling rate 500 Hz, 16 bit\n",
        "Sample rate,500 Hz,Gain,200\n",
        "Sampling rate of 500 Hz\n",
        "Samples per minute: 30000\n",
        "Abtastrate: 500 1/s\n",
        "ECG sampling rate: 500 Hz\nRespiration sampling rate: 25 Hz\nAccelerometer,sampling rate,50\n",
        "Sampling rate for all leads: 500\n",
        "Sampling rate (500 Hz)\n",
        "samplerate: 0,5 kHz\n",
        "{\"bits\":[10,10],\"sampling rate\":500,\"bits\":[10]}\n",
        "Channel 1: 2 msec/sample\n"}) {
    const Record record = read(statement + kBody);
    EXPECT_EQ(record.sampling_rate_hz, 500) << statement;
    EXPECT_EQ(record.length_samples(), static_cast<std::size_t>(kRows));
  }
}

TEST_F(CsvTables, NumbersThatAreNoRate) {
  for (const char* statement :
       {"Samples: 2000, low-pass 150 Hz\n", "Frequency: 40 Hz\n", "Respiration sampled at 25 Hz, ECG at 500 Hz\n",
        "ADC sample resolution 16 bit, rate 500\n", "Sampled on 2024-01-01, rate 500\n",
        "Low pass filter sample: 35 Hz\n", "Sampled, band 0.05 - 150 Hz\n", "Sampling 0.05 - 150 Hz\n",
        "Sample file generated 2024\n", "Sample rate unknown, 40 Hz\n", "Sampling rate: 16 bit\n",
        "Sampling rate changed 2024\n", "Sampling rate max. 1000 Hz\n", "PPG, sampling rate 100 Hz\n",
        "Sampling started 12:30\n", "Frequenz: 50 Hz\n", "Interval: 0.8 s\n", "Rate: 1.2 Hz\n"}) {
    EXPECT_ERROR(read(statement + kBody), ErrorKind::usage, "sampling rate must be given");
    EXPECT_ERROR(read(kBody + "\n" + statement), ErrorKind::usage, "sampling rate must be given");
  }
}

TEST_F(CsvTables, ALineThatContradictsItself) {
  for (const char* statement : {"Sampling rate: 500 Hz down to 250 Hz\n", "Sample Rate,500,250\n",
                                "Sampled at 500 Hz and 250 Hz\n", "ECG sampled at 500 Hz, sampling of V5: 250 Hz\n"}) {
    EXPECT_ERROR(read(statement + kBody), ErrorKind::usage, "500 Hz (line 1)", "250 Hz (line 1)", "must be given");
    EXPECT_EQ(read(statement + kBody, kAtRate).sampling_rate_hz, 360);
  }
  EXPECT_EQ(read("Sample Rate,360,360\n" + kBody).sampling_rate_hz, 360);
  EXPECT_ERROR(read("Sampling interval: 100\n" + kBody), ErrorKind::usage, "10 Hz", "10000 Hz");
}

TEST_F(CsvTables, RatesThatNoEcgHas) {
  for (const char* statement :
       {"Sampling rate: 5 Hz\n", "Sampling rate: 1 MHz\n", "Sampling period: 10 s\n", "Sample rate: 50000\n"}) {
    EXPECT_ERROR(read(statement + kBody), ErrorKind::usage, "no rate of an ECG", "must be given");
  }
  expect_ecg("Sampling period: 10 s\nTime (s),II (mV)\n" + rows([](int i) { return seconds(i) + "," + mv(i); }), "II",
             "mV");
  EXPECT_THAT(warnings_, Contains(HasSubstr("it says 0.1 Hz (line 1), which is no rate of an ECG")));
}

TEST_F(CsvTables, HeadingsAreNoStatements) {
  const auto body = [](bool timed) {
    return rows([&](int i) { return (timed ? seconds(i) + "," : ""s) + std::to_string(i) + "," + uv(i); });
  };
  const std::string heading = "Sample,ECG filtered 40 Hz (uV)\n";
  EXPECT_ERROR(read(heading + body(false)), ErrorKind::usage, "sampling rate must be given");
  expect_ecg(heading + body(false), "ECG filtered 40 Hz", "uV", kAtRate);
  expect_ecg("Time (s),Sample,ECG lowpass 40 Hz (uV)\n" + body(true), "ECG lowpass 40 Hz", "uV");
  expect_ecg("Sample,ECG sampled at 360 Hz (uV)\n" + body(false), "ECG sampled at 360 Hz", "uV");
}

}  // namespace
}  // namespace beatbench
