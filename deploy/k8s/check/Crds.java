import io.fabric8.crdv2.generator.CRDGenerator;
import io.strimzi.api.kafka.model.kafka.Kafka;
import io.strimzi.api.kafka.model.nodepool.KafkaNodePool;
import io.strimzi.api.kafka.model.user.KafkaUser;
import java.io.File;

/** Writes the CRDs of Strimzi's resources, as its classes declare them, into a folder. */
class Crds {
  public static void main(String[] arguments) {
    new CRDGenerator()
        .inOutputDir(new File(arguments[0]))
        .forCRDVersions("v1")
        .customResourceClasses(Kafka.class, KafkaNodePool.class, KafkaUser.class)
        .generate();
  }
}
