#include "runtime/trial.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "support/test_folder.h"

namespace beatbench {
namespace {

TEST(Trial, LeavesThisProcessAsItIs) {
  int value = 1;
  EXPECT_NO_THROW(try_in_copy("x.pt", 5, [&] { value = 2; }));
  EXPECT_EQ(value, 1);
  EXPECT_ERROR(try_in_copy("x.pt", 5, [] { throw Error(ErrorKind::unsupported, "x.pt", "has another form"); }),
               ErrorKind::unsupported, "x.pt: has another form");
  EXPECT_ERROR(try_in_copy("x.pt", 5, [] { throw std::runtime_error("as libraries have it"); }), ErrorKind::data,
               "as libraries have it");
}

TEST(Trial, FaultsAndEndlessWorkAreErrors) {
  EXPECT_ERROR(try_in_copy("x.pt", 5, [] { std::raise(SIGSEGV); }), ErrorKind::data, "x.pt", "Segmentation fault");
  EXPECT_ERROR(try_in_copy("x.pt", 5, [] { std::raise(SIGFPE); }), ErrorKind::data, "x.pt", "ends the process");
  EXPECT_ERROR(try_in_copy("x.pt", 1,
                           [] {
                             volatile bool goes_on = true;
                             while (goes_on) continue;
                           }),
               ErrorKind::data, "x.pt", "takes more than 1 s");
}

}  // namespace
}  // namespace beatbench
