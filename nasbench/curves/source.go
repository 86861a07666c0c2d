package curves

import "gmnas/nasbench"

// Folder is where the files are in a data folder.
const Folder = "darts"

// Origins, pinned by their commits.
const (
	randomOrigin   = "antoyang/NAS-Benchmark@c2758da73192d408aad458768f26d3537dd78c40:Plots/data/modified_search_space/"
	releasedOrigin = "skhu101/GM-NAS@a69837daca5b845a4d42e5fb2a76e90b929db3b9:WS-GM/checkpoint/"
)

// randomFiles are the accuracies and the genotypes of 214 random architectures (Yang et al. 2020).
var randomFiles = [2]nasbench.Source{
	{Name: "214_random_architectures.npy", What: "CIFAR-10 test accuracy after each of 600 epochs of 214 random DARTS architectures", Licence: "GPL-3.0",
		Size: 1_027_328, SHA256: "f3c7d4a4ab46b208968b09c5c4356dbfcfd2c9ca0096893c80a3db39d00685bc", Origin: randomOrigin + "214_random_architectures.npy"},
	{Name: "214genotypes.pkl", What: "their genotypes", Licence: "GPL-3.0",
		Size: 103_788, SHA256: "b8c9d3fec713ba58001166c21d4c23b2d5d3eb5028ca9414438ae047a8a77410", Origin: randomOrigin + "214genotypes.pkl"},
}

// released is the retraining log of one of the paper's architectures. What is kept of it is its curve.
type released struct {
	nasbench.Source        // of the curve as this package writes it; Origin is the log's
	logSize         int64  // bytes
	logSHA256       string // hex
}

// releasedFiles are the authors' three.
var releasedFiles = [3]released{
	releasedFile("retrain_curve_gm-darts-1st.csv", "31ec3d0589b8fcbf40af4ec686fb3e9f1089155e554b414256d1ebbcec27bf89",
		"search_darts_sota_ws_res_s5_2_cos_e0_edge_crit_grad_split_crit_grad_fix_alpha_equal_res_final_fix_sche_2_4_6_15_id_5.txt",
		662_862, "ab03c027ef39a21c2888033cc06d0192ec485343b16c02e50e0d7efabf5f2161"),
	releasedFile("retrain_curve_gm-darts-2nd.csv", "0d3a5002fb4d9b3813d9377bf39430183231bd66a43d8a09fc3623856181d065",
		"search_darts_so_sota_ws_s5_1_cos_e0_edge_crit_grad_split_crit_grad_fix_alpha_equal_res_final_fix_sche_2_4_6_15_id_4.log.txt",
		663_172, "42f64e399ae3bdcc92a99b19c3e28c27b71195a54c278ef5bcab331a16f29844"),
	releasedFile("retrain_curve_gm-snas.csv", "a5dffbd6caf016dcecb5a18ce47e5fdb843289bbb0b34e270d9e0d67894ce550",
		"search_snas_ws_darts_res_s5_3_cos_e0_edge_crit_grad_split_crit_grad_fix_alpha_equal_res_final_fix_sche_2_4_6_15_id_6.txt",
		662_764, "52428cddd699e3341a72e54688fab70164932b5f767943eef3e457b4c2556e9b"),
}

func releasedFile(name, sha256, log string, logSize int64, logSHA256 string) released {
	return released{Source: nasbench.Source{Name: name, What: "CIFAR-10 test accuracy after each of 600 epochs, out of the authors' retraining log", Licence: "MIT",
		Size: 22_118, SHA256: sha256, Origin: releasedOrigin + log}, logSize: logSize, logSHA256: logSHA256}
}

// Registered is a file of this package and the download that it comes from.
type Registered struct {
	nasbench.Source
	DownloadSize   int64
	DownloadSHA256 string
	// Convert makes the file of the download; nil where it is the download.
	Convert func([]byte) ([]byte, error)
}

// Files are the registered ones.
func Files() []Registered {
	var list []Registered
	for _, f := range randomFiles {
		list = append(list, Registered{Source: f, DownloadSize: f.Size, DownloadSHA256: f.SHA256})
	}
	for _, f := range releasedFiles {
		list = append(list, Registered{Source: f.Source, DownloadSize: f.logSize, DownloadSHA256: f.logSHA256, Convert: FromLog})
	}
	return list
}
