#pragma once

#include <functional>
#include <string>

namespace beatbench {

/// What a launcher told this process: where it stands among those that train one model together.
struct LaunchEnvironment {
  int rank = 0, count = 1;
  int local_count = 1;  ///< of them on this machine
  std::string master = "127.0.0.1";
  int port = 29500;
  std::string started_by;     ///< "torchrun", "mpirun" or "Slurm"; "" where the process is alone
  bool store_exists = false;  ///< torchrun keeps the meeting place itself

  bool is_main() const { return rank == 0; }
};

/// What the launcher's variables say: RANK, WORLD_SIZE, LOCAL_WORLD_SIZE of torchrun, OMPI_COMM_WORLD_RANK and so on of
/// Open MPI's mpirun, SLURM_PROCID, SLURM_STEP_NUM_TASKS (or SLURM_NTASKS outside of a job) of srun, PMI_RANK and so on
/// of MPICH's mpirun, in this order; MASTER_ADDR and MASTER_PORT where they are set, else 127.0.0.1 and 29500.
/// `variable`: as std::getenv.
/// @throws Error(usage) naming a variable that makes no sense.
LaunchEnvironment read_launch_environment(const std::function<const char*(const char*)>& variable);

/// Processes that train one model together, each on its shard of every batch: gradients are averaged by LibTorch's c10d
/// over Gloo, in buckets that are sent while the backward pass goes on.
class ProcessGroup {
 public:
  virtual ~ProcessGroup() = default;
  int rank() const { return place_.rank; }
  int count() const { return place_.count; }
  bool is_main() const { return place_.is_main(); }

 protected:
  explicit ProcessGroup(LaunchEnvironment place) : place_(std::move(place)) {}

 private:
  LaunchEnvironment place_;
};

}  // namespace beatbench
