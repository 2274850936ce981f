#include "beatbench/core/system_info.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "beatbench/core/error.h"
#include "report/sample_reports.h"

namespace beatbench {
namespace {

class SourceDateEpoch : public testing::Test {
 protected:
  void SetUp() override {
    const char* before = std::getenv("SOURCE_DATE_EPOCH");
    if (before) before_ = before;
  }
  void TearDown() override {
    if (before_)
      ::setenv("SOURCE_DATE_EPOCH", before_->c_str(), 1);
    else
      ::unsetenv("SOURCE_DATE_EPOCH");
  }
  static void set(const char* value) { ::setenv("SOURCE_DATE_EPOCH", value, 1); }

 private:
  std::optional<std::string> before_;
};

TEST_F(SourceDateEpoch, GivesTheDate) {
  set("1714564800");
  EXPECT_EQ(report_date({}), "2024-05-01");
  set("951868799");  // date -u -d @951868799: the last second of 2000's leap day
  EXPECT_EQ(report_date({}), "2000-02-29");
  set("0");
  EXPECT_EQ(report_date({}), "1970-01-01");
  set("9214646399");
  EXPECT_EQ(report_date({}), "2261-12-31");
}

TEST_F(SourceDateEpoch, YieldsToAGivenDate) {
  set("1714564800");
  EXPECT_EQ(report_date("2023-12-31"), "2023-12-31");
}

TEST_F(SourceDateEpoch, IsTheClockWhereUnsetOrEmpty) {
  for (const bool empty : {false, true}) {
    if (empty)
      set("");
    else
      ::unsetenv("SOURCE_DATE_EPOCH");
    const auto before = std::chrono::system_clock::now();
    const auto time = report_clock();
    EXPECT_GE(time, before);
    EXPECT_LE(time, std::chrono::system_clock::now());
  }
}

TEST_F(SourceDateEpoch, RefusesWhatIsNoTime) {
  for (const char* text : {"tomorrow", "-1", "1e9", "12 ", "253402300799", "99999999999999999999"}) {
    set(text);
    EXPECT_THROW(report_date({}), Error) << text;
  }
}

TEST(ReportDate, RefusesWhatIsNoDate) {
  EXPECT_EQ(report_date("2024-02-29"), "2024-02-29");
  for (const char* text : {"", "2023-02-29", "2024-13-01", "2024-00-10", "2024-5-1", "2024-05-01x", "2024/05/01",
                           "../05-01-2", "+024-05-01"}) {
    EXPECT_THROW(report_date(text), Error) << text;
  }
}

TEST(SystemInfo, KnowsTheMachine) {
  const SystemInfo system = samples::system();
  std::array<char, 256> host{};
  ASSERT_EQ(::gethostname(host.data(), host.size() - 1), 0);
  EXPECT_EQ(system.date, "2024-05-01T12:00:00Z");
  EXPECT_EQ(system.host, host.data());
  EXPECT_THAT(system.os, testing::HasSubstr("Linux"));
  EXPECT_GE(system.logical_cpus, 1);
  EXPECT_LE(system.logical_cpus, ::sysconf(_SC_NPROCESSORS_CONF));
  const double pages = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  EXPECT_NEAR(static_cast<double>(system.ram_bytes), pages, 0.01 * pages);
  EXPECT_FALSE(system.cpu_model.empty());
  EXPECT_EQ(system.threads, 2);
}

TEST(PeakMemory, IsWhatTheSystemCounts) {
  // It may be withheld by a container, which beatbench's reports then say; it cannot be installed.
  if (!peak_memory_bytes()) GTEST_SKIP() << "/proc/self/status has no VmHWM here";
  constexpr std::size_t kSize = 64 << 20;  // mapped here, since an allocator may keep what is freed
  void* block = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  ASSERT_NE(block, MAP_FAILED);
  ::munmap(block, kSize);
  rusage usage{};
  ASSERT_EQ(::getrusage(RUSAGE_SELF, &usage), 0);
  const std::int64_t peak = *peak_memory_bytes();
  EXPECT_GE(peak, static_cast<std::int64_t>(kSize));
  EXPECT_NEAR(static_cast<double>(peak), 1024.0 * static_cast<double>(usage.ru_maxrss), 4 << 20);
}

}  // namespace
}  // namespace beatbench
