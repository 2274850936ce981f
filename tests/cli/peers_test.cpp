#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmath>
#include <future>
#include <optional>

#include "beatbench/core/files.h"
#include "beatbench/core/text.h"
#include "cli/command_test.h"
#include "support/need.h"

namespace beatbench::tests {
namespace {

using testing::HasSubstr;
using Variables = std::map<std::string, std::string>;

// A port that nobody listens at now.
std::string free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ::close(socket);
  return std::to_string(ntohs(address.sin_port));
}

// Processes on this machine that train one model together.
class Peers : public CommandTest {
 protected:
  void SetUp() override { write_recordings(folder_ / "recordings", 6); }

  static Variables told(const std::string& launcher, int rank, int count) {
    const std::string r = std::to_string(rank), n = std::to_string(count);
    if (launcher == "mpirun")
      return {{"OMPI_COMM_WORLD_RANK", r}, {"OMPI_COMM_WORLD_SIZE", n}, {"OMPI_COMM_WORLD_LOCAL_SIZE", n}};
    if (launcher == "Slurm") return {{"SLURM_PROCID", r}, {"SLURM_NTASKS", n}, {"SLURM_LOCALID", r}};
    return {{"RANK", r}, {"WORLD_SIZE", n}, {"LOCAL_WORLD_SIZE", n}, {"MASTER_ADDR", "127.0.0.1"}};
  }

  // Runs `train` in `count` processes at once; `options` are those of one of them, of the last unless told otherwise.
  std::vector<Finished> train_in(int count, const std::string& launcher, const Words& words,
                                 const RunOptions& options = {}, std::optional<int> of = {}) {
    const std::string port = free_port();
    std::vector<std::future<Finished>> running;
    for (int rank = 0; rank < count; ++rank) {
      RunOptions own = rank == of.value_or(count - 1) ? options : RunOptions();
      own.environment = told(launcher, rank, count);
      own.environment["MASTER_PORT"] = port;
      running.push_back(std::async(std::launch::async, [this, words, own] { return run("train", words, own); }));
    }
    std::vector<Finished> finished;
    for (auto& one : running) finished.push_back(one.get());
    return finished;
  }

  void expect_success(const std::vector<Finished>& finished) {
    for (const Finished& one : finished) EXPECT_EQ(one.status, 0) << one.err;
  }

  // Every metric of every epoch but the seconds, and the test.
  void expect_alike(const std::string& one, const std::string& other) {
    const std::string texts[] = {metrics_of_log(folder_ / one), metrics_of_log(folder_ / other)};
    const auto lines = split_lines(texts[0]), others = split_lines(texts[1]);
    ASSERT_EQ(lines.size(), others.size());
    std::vector<std::string_view> a, b;
    for (std::size_t i = 1; i < lines.size(); ++i) {
      split_cells(lines[i], ',', a);
      split_cells(others[i], ',', b);
      ASSERT_EQ(a.size(), b.size());
      for (std::size_t k = 0; k < a.size(); ++k) {
        const double x = parse_number(a[k]).value_or(0), y = parse_number(b[k]).value_or(0);
        EXPECT_NEAR(x, y, 2e-5 * std::max(1.0, std::abs(x))) << lines[i] << "\n" << others[i];
      }
    }
    EXPECT_EQ(read_json(folder_ / one / "report.json").at("test").at("confusion"),
              read_json(folder_ / other / "report.json").at("test").at("confusion"));
  }
};

class Full_Peers : public Peers {};

// One process is the reference. The batch is one less than the training beats, so that a second one of a single beat
// leaves nothing for the others.
TEST_F(Full_Peers, TrainAsOneDoesUnderEveryLauncher) {
  const Words words =
      tiny_lstm({"--data", "recordings", "--classes", "aami5", "--epochs", "2", "--class-weights", "sqrt"});
  succeed("train", with(words, {"--epochs", "1", "--out", "count"}));
  const int beats = read_json(folder_ / "count/report.json").at("split").at("train").at("n");
  for (const std::string& batch : {std::string("32"), std::to_string(beats - 1)}) {
    const std::string alone = "alone-" + batch;
    succeed("train", with(words, {"--batch-size", batch, "--out", alone}));
    for (const auto& [launcher, count] : {std::pair{"torchrun", 2}, {"mpirun", 2}, {"Slurm", 3}}) {
      const std::string name = std::string(launcher) + "-" + batch;
      SCOPED_TRACE(name);
      const auto finished = train_in(count, launcher, with(words, {"--batch-size", batch, "--out", name}));
      expect_success(finished);
      expect_alike(alone, name);
      for (std::size_t i = 1; i < finished.size(); ++i) EXPECT_EQ(finished[i].out, "") << "the first alone reports";
    }
  }
}

TEST_F(Full_Peers, TrainAsOneWithRecordWeightsOrBatchNormsThatAreFixed) {
  const Words data = {
      "--data", "recordings", "--classes", "aami5", "--protocol", "inter-patient", "--validation-fraction", "0.3"};
  const auto compare = [&](const std::string& name, const Words& words) {
    SCOPED_TRACE(name);
    succeed("train", with(words, {"--out", name + "-1"}));
    expect_success(train_in(2, "torchrun", with(words, {"--out", name + "-2"})));
    expect_alike(name + "-1", name + "-2");
  };
  compare("weights", with(tiny_lstm(data), {"--record-weights", "sqrt", "--batch-size", "50"}));
  succeed("train", with(tiny_resnet1d(data), {"--out", "base"}));
  const int layers = 6;  // stem, its norm and four units: all but the head
  compare("frozen", with(tiny_resnet1d(data), {"--init-from", "base", "--freeze-layers", std::to_string(layers),
                                               "--loaded-rate-factor", "0.5", "--batch-size", "50"}));
}

TEST_F(Full_Peers, GoOnToTheSameBits) {
  const Words words =
      tiny_resnet1d({"--data", "recordings", "--classes", "aami5", "--epochs", "4", "--batch-size", "32"});
  expect_success(train_in(2, "torchrun", with(words, {"--out", "whole"})));
  RunOptions stop;
  stop.interrupt_when = [&](const std::string&) {
    return std::filesystem::exists(folder_ / "parts/checkpoints/last.pt");
  };
  const auto stopped = train_in(2, "torchrun", with(words, {"--out", "parts"}), stop);
  EXPECT_EQ(stopped[0].status, 130) << "told by the other: " << stopped[0].err;
  EXPECT_EQ(stopped[1].status, 130) << stopped[1].err;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "parts/report.json"));
  expect_success(train_in(2, "torchrun", {"--resume", "parts"}));
  EXPECT_EQ(metrics_of_log(folder_ / "whole"), metrics_of_log(folder_ / "parts"));
  EXPECT_EQ(read_json(folder_ / "whole/report.json").at("test"), read_json(folder_ / "parts/report.json").at("test"));

  stop.interrupt_when = [&](const std::string&) {
    return std::filesystem::exists(folder_ / "again/checkpoints/last.pt");
  };
  for (const Finished& one : train_in(2, "torchrun", with(words, {"--epochs", "200", "--out", "again"}), stop, 0)) {
    EXPECT_EQ(one.status, 130) << "none reports success that was told to stop by the other: " << one.err;
  }
}

TEST_F(Full_Peers, ALostOneEndsTheRunAndLeavesItsLastState) {
  const Words words =
      tiny_lstm({"--data", "recordings", "--classes", "aami5", "--epochs", "2000", "--batch-size", "32"});
  RunOptions kill;
  kill.signal = SIGKILL;
  kill.interrupt_when = [&](const std::string&) {
    return std::filesystem::exists(folder_ / "lost/checkpoints/last.pt");
  };
  const auto finished = train_in(3, "torchrun", with(words, {"--out", "lost"}), kill);
  EXPECT_EQ(finished[2].status, -SIGKILL);
  for (const int rank : {0, 1}) {
    EXPECT_EQ(finished[static_cast<std::size_t>(rank)].status, 1);
    EXPECT_THAT(finished[static_cast<std::size_t>(rank)].err,
                HasSubstr("process " + std::to_string(rank) + " of 3: the others were lost"));
  }
  RunOptions stop;  // alone, from where they were
  stop.interrupt_when = [](const std::string& err) { return err.find("epoch ") != std::string::npos; };
  EXPECT_EQ(run("train", {"--resume", "lost"}, stop).status, 130);
}

// torchrun itself, whose agent keeps the meeting place; Debian's is mended where Python 3.11 breaks it.
TEST_F(Full_Peers, AreStartedByTorchrunItself) {
  const std::string python = "/usr/bin/python3";
  BEATBENCH_NEED(run(python, {"-c", "import torch.distributed.run"}).status == 0, "python3-torch");
  const std::string script =
      "import torch\n"
      "import torch.distributed.elastic.multiprocessing.api as api\n"
      "import torch.distributed.elastic.rendezvous.static_tcp_rendezvous as rendezvous\n"
      "import torch.distributed.run as run\n"
      "none = api.Std.NONE\n"
      "api.Std.from_str = classmethod(lambda cls, text: none)\n"
      "if not torch.__version__.startswith('1.'):\n"  // Debian's LibTorch 2.6 lacks libuv, which its torchrun takes
      "    make = rendezvous.TCPStore\n"
      "    rendezvous.TCPStore = lambda *a, **named: make(*a, **named, use_libuv=False)\n"
      "run.main()\n";
  write_file_atomically(folder_ / "torchrun.py", script);
  const Words words = tiny_lstm({"--data", "recordings", "--classes", "aami5", "--epochs", "2"});
  Words command = {"torchrun.py",
                   "--nproc_per_node",
                   "2",
                   "--master_port",
                   free_port(),
                   "--no_python",
                   BEATBENCH_BINARY_DIR "/bin/train"};
  const Words own = with(words, {"--out", "agent"});
  command.insert(command.end(), own.begin(), own.end());
  const Finished finished = run(python, command);
  EXPECT_EQ(finished.status, 0) << finished.err;
  succeed("train", with(words, {"--out", "alone"}));
  expect_alike("alone", "agent");
}

TEST_F(Peers, AreForOneRunAtATime) {
  RunOptions options;
  options.environment = told("torchrun", 0, 2);
  refuse(2, "train", tiny_lstm({"--data", "recordings", "--seeds", "2", "--out", "x"}), {"--seeds", "one process"},
         options);
  options.environment["RANK"] = "2";
  refuse(2, "train", tiny_lstm({"--data", "recordings", "--out", "x"}), {"torchrun", "process 2 of 2"}, options);
}

// A batch norm over rows needs two of them, and the last batch has fewer for each.
TEST_F(Full_Peers, ShareALastBatchThatIsTooSmallForAll) {
  const Words words = {"--model", "context_mlp", "--threads",  "1",         "--epochs",
                       "1",       "--data",      "recordings", "--classes", "aami5"};
  succeed("train", with(words, {"--out", "count"}));
  const int beats = read_json(folder_ / "count/report.json").at("split").at("train").at("n");
  for (const int left : {2, 3})
    expect_success(
        train_in(2, "torchrun",
                 with(words, {"--batch-size", std::to_string(beats - left), "--out", "left-" + std::to_string(left)})));
}

}  // namespace
}  // namespace beatbench::tests
